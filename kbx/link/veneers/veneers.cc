#include "kbx/link/veneers/veneers.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/parallel.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/relocate/apply.h"
#include "kbx/link/relocate/linkage.h"
#include "kbx/link/threads.h"

/// Branches that do not reach their targets. When the layout has given addresses, every branch of
/// the input is looked at; one that does not reach gets a veneer in the section of veneers that the
/// group of its section shares, behind code that it does reach. New veneers move what lies behind
/// them, so this goes on until a pass adds none. A veneer is known by the section that its group's
/// veneers lie behind, its target and the addend: branches that agree in these share it. GNU ld
/// keeps them in a hash table by a name made of these, and what depends on the table's order is
/// visible in its output: the order of veneers in their section, and that of their symbols.
namespace kbx::link {
namespace {

constexpr std::uint64_t pure_code = 0x20000000;  // SHF_ARM_PURECODE

std::uint64_t target_of(const Applying& applying, const VeneerRules& rules, const Veneer& veneer) {
  const BranchUse& use = veneer.use;
  const BranchTarget target = branch_target(applying, *use.section->file, use.referent, use.addend);
  if (!rules.destination) return target.address + static_cast<std::uint64_t>(use.addend);
  Branch branch = use.branch;
  branch.target = target.address;
  return rules.destination(branch);
}

/// The Cortex-A8's erratum wants veneers in another page than the branches in front.
GroupSize group_size(const VeneerRules& rules, const Options& options, bool is_always_behind) {
  const std::int64_t wanted = options.stub_group_size;
  GroupSize size;
  size.is_behind_branches = wanted < 0 || is_always_behind;
  const auto bytes = static_cast<std::uint64_t>(wanted);
  size.bytes = wanted < 0 ? 0 - bytes : bytes;
  if (size.bytes == 1) size.bytes = rules.group_size;
  return size;
}

/// A branch to what has no address is none that could reach.
bool has_target(const Referent& referent, bool goes_through_plt) {
  if (goes_through_plt) return true;
  if (referent.local) return referent.section && referent.section->output;
  if (!referent.global || !is_defined(referent.global->binding)) return false;
  return !referent.section || (referent.section->output && !referent.section->is_discarded);
}

}  // namespace

BranchUse branch_use(const Applying& applying, const InputSection& section, std::uint64_t offset,
                     const Decision& decision) {
  const Referent& referent = decision.referent;
  const VeneerRules* const rules = applying.kind.machine.veneers;
  const std::int64_t addend = rules && rules->leaves_addend_out ? 0 : decision.addend;
  const BranchTarget target = branch_target(applying, *section.file, referent, addend);
  BranchUse use;
  use.section = &section;
  use.referent = referent;
  use.addend = addend;
  Branch& branch = use.branch;
  branch.type = decision.type;
  branch.place = start_of(section) + offset;
  branch.goes_through_plt = target.is_plt;
  branch.target = target.address;
  if (!target.is_plt) branch.target += static_cast<std::uint64_t>(addend);
  branch.target_type = type_of(referent);
  branch.is_in_section = !target.is_plt && referent.section == &section;
  branch.is_position_independent =
      applying.kind.is_position_independent || applying.kind.options.pic_veneer;
  branch.is_in_pure_code = (section.flags & pure_code) != 0;
  branch.arm = &applying.kind.arm;
  return use;
}

Veneers::Veneers(const VeneerRules& rules, const FinalKind& kind, const Resolver& resolver,
                 Plan& plan, Arena& arena)
    : rules_(rules), kind_(kind), resolver_(resolver), plan_(plan), arena_(arena) {
  file_.path = file_.symbol_name = "linker stubs";
  const MachineFormat format = resolver.format();
  file_.machine = format.machine;
  file_.is_64bit = format.is_64bit;
  file_.is_big_endian = format.is_big_endian;
}

bool Veneers::adjust(const Applying& applying) {
  group();
  std::vector<std::vector<BranchUse>> found(branching_.size());
  parallel_for(branching_.size(), threads_for(kind_.options),
               [&](std::size_t i) { found[i] = needy_branches(applying, *branching_[i]); });
  bool is_new = false;
  for (const std::vector<BranchUse>& of_section : found)
    for (const BranchUse& use : of_section) is_new = add(use) || is_new;
  if (is_new) resize();
  return is_new;
}

void Veneers::group() {
  if (groups_) return;
  groups_ = group_code(plan_, group_size(rules_, kind_.options, kind_.arm.fixes_cortex_a8));
  find_sections();
}

void Veneers::reserve(Rooms rooms) {
  group();
  reserved_ = std::move(rooms);
  resize();
}

const SectionNumbers& Veneers::numbers() {
  if (!numbers_) numbers_.emplace(resolver_, kind_);
  return *numbers_;
}

void Veneers::find_sections() {
  for (const InputFile* file : resolver_.files())
    for (InputSection* section : file->sections) {
      const bool has_relocations = !section->rel.content.empty() || !section->rela.content.empty();
      if (has_relocations && (section->traits & trait_code) && section->output &&
          !section->is_discarded)
        branching_.push_back(section);
    }
}

std::vector<BranchUse> Veneers::needy_branches(const Applying& applying,
                                               InputSection& section) const {
  std::vector<BranchUse> found;
  with_shape(file_.is_64bit, file_.is_big_endian, [&]<typename Shape>(Shape) {
    const auto walk = [&]<typename Entry>(Entry*, std::string_view table, bool has_addend) {
      walk_relocations<Shape, Entry>(table, [&](const Relocation& relocation, std::uint32_t next) {
        const Rule* const rule = kind_.machine.rule(relocation.type);
        if (!rule || !rule->is_branch) return false;
        const Decision decision = decide(kind_, section, relocation, next, has_addend);
        if (!decision.rule->is_branch) return false;
        const BranchUse use = branch_use(applying, section, relocation.offset, decision);
        if (has_target(decision.referent, use.branch.goes_through_plt) &&
            rules_.needed(use.branch) != 0)
          found.push_back(use);
        return false;
      });
    };
    walk(static_cast<typename Shape::Rel*>(nullptr), section.rel.content, false);
    walk(static_cast<typename Shape::Rela*>(nullptr), section.rela.content, true);
  });
  return found;
}

bool Veneers::add(const BranchUse& use) {
  const auto group = groups_->find(use.section);
  if (group == groups_->end()) return false;
  InputSection& behind = *group->second;
  numbers();
  const std::uint8_t kind = rules_.needed(use.branch);
  const std::string name = key(behind, use, kind);
  const std::uint64_t hash = name_hash(name);
  if (table_.find(name, hash)) return false;
  auto* const veneer = arena_.make<Veneer>();
  veneer->name = arena_.copy(name);
  veneer->hash = hash;
  veneer->label = label(use);
  veneer->kind = kind;
  veneer->section = &section_behind(behind);
  veneer->use = use;
  table_.insert(*veneer);
  return true;
}

Veneer& Veneers::add(std::string_view name, std::uint8_t kind, const MovedInstruction& moved,
                     bool is_behind_section) {
  group();
  auto* const veneer = arena_.make<Veneer>();
  veneer->name = veneer->label = arena_.copy(name);
  veneer->hash = name_hash(name);
  veneer->kind = kind;
  // What is moved from is code of the plan, which only is read through this.
  auto* const from = const_cast<InputSection*>(moved.section);
  const auto group = groups_->find(from);
  const bool has_group = !is_behind_section && group != groups_->end();
  veneer->section = &section_behind(has_group ? *group->second : *from);
  veneer->moved = moved;
  table_.insert(*veneer);
  return *veneer;
}

/// GNU ld's name for it.
std::string Veneers::key(const InputSection& behind, const BranchUse& use,
                         std::uint8_t kind) const {
  const Referent& referent = use.referent;
  auto addend = static_cast<std::uint64_t>(use.addend);
  if (kind_.word == 4) addend &= 0xffffffff;
  const std::uint32_t group = numbers_->of(behind);
  std::string name = referent.global
                         ? fmt::format("{:08x}_{}+{:x}", group, referent.global->name, addend)
                         : fmt::format("{:08x}_{:x}:{:x}+{:x}", group,
                                       referent.section ? numbers_->of(*referent.section) : 0U,
                                       referent.index, addend);
  if (rules_.keys_have_kind) name += fmt::format("_{}", kind);
  return name;
}

std::string_view Veneers::label(const BranchUse& use) const {
  const Referent& referent = use.referent;
  const std::string_view name = referent.global ? referent.global->name : referent.local->name;
  return arena_.copy(fmt::format("__{}{}", name, rules_.suffix(use.branch)));
}

InputSection& Veneers::section_behind(InputSection& code) {
  InputSection*& made = made_[&code];
  if (made) return *made;
  auto* const section = arena_.make<InputSection>();
  made = section;
  section->file = &file_;
  section->name = arena_.copy(fmt::format("{}{}", code.name, rules_.section_suffix));
  section->type = SHT_PROGBITS;
  section->traits = trait_alloc | trait_load | trait_readonly | trait_code | trait_contents |
                    trait_keep | trait_linker_created;
  section->alignment_power = rules_.alignment_power;
  section->output = code.output;
  code.output->alignment_power = std::max(code.output->alignment_power, rules_.alignment_power);
  insert_behind(code, *section);
  sections_.push_back(section);
  return *section;
}

void Veneers::insert_behind(InputSection& code, InputSection& made) {
  for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
    if (slot->section != code.output) continue;
    for (Item& item : slot->items) {
      const auto place = std::find(item.inputs.begin(), item.inputs.end(), &code);
      if (place == item.inputs.end()) continue;
      item.inputs.insert(place + 1, &made);
      return;
    }
  }
}

std::uint64_t Veneers::room(std::uint8_t kind) const {
  const std::uint64_t size = rules_.shape(kind).size;
  return (size + rules_.unit - 1) / rules_.unit * rules_.unit;
}

void Veneers::resize() {
  for (const auto& [code, size] : reserved_) section_behind(*groups_->at(code));
  for (InputSection* section : sections_) section->size = 0;
  table_.for_each([&](const Veneer& veneer) { veneer.section->size += room(veneer.kind); });
  for (InputSection* section : sections_)
    if (section->size != 0) section->size += rules_.header_size;
  for (const auto& [code, size] : reserved_) section_behind(*groups_->at(code)).size += size;
  // Sequences that erratum 843419 is about come and go with their place in a page.
  const Erratum843419 way = kind_.options.fix_cortex_a53_843419;
  if (way != Erratum843419::adrp && way != Erratum843419::both) return;
  constexpr std::uint64_t page = 0x1000;
  for (InputSection* section : sections_) section->size = (section->size + page - 1) & ~(page - 1);
}

void Veneers::settle(const Applying& applying) {
  for (const InputSection* section : sections_) {
    rooms_[section] = section->size;
    ends_[section] = rules_.header_size;
  }
  for (const bool are_last : {false, true})
    table_.for_each([&](Veneer& veneer) {
      if ((rules_.is_last && rules_.is_last(veneer.kind)) != are_last) return;
      std::uint64_t& end = ends_[veneer.section];
      veneer.offset = end;
      if (!veneer.moved.section)
        veneer.kind = rules_.settled(veneer.kind, start_of(*veneer.section) + end,
                                     target_of(applying, rules_, veneer));
      end += rules_.packs_closely ? rules_.shape(veneer.kind).size : room(veneer.kind);
    });
}

void Veneers::trim() {
  for (InputSection* section : sections_) section->size = ends_.at(section);
}

std::optional<std::uint64_t> Veneers::address_for(const BranchUse& use) const {
  if (!numbers_ || !rules_.is_redirected(use.branch)) return std::nullopt;
  const auto group = groups_->find(use.section);
  if (group == groups_->end()) return std::nullopt;
  const std::string name = key(*group->second, use, rules_.needed(use.branch));
  const Veneer* const veneer = table_.find(name, name_hash(name));
  if (!veneer) return std::nullopt;
  return (start_of(*veneer->section) + veneer->offset) |
         std::uint64_t{rules_.shape(veneer->kind).is_thumb};
}

void Veneers::write(const Applying& applying, bool is_big_endian,
                    const std::function<char*(const InputSection&)>& bytes_of) const {
  if (rules_.write_header)
    for (const InputSection* section : sections_)
      rules_.write_header(bytes_of(*section), rooms_.at(section));
  table_.for_each([&](const Veneer& veneer) {
    if (veneer.moved.section) return write_moved(veneer, is_big_endian, bytes_of);
    VeneerPlace place;
    place.place = bytes_of(*veneer.section) + veneer.offset;
    place.kind = veneer.kind;
    place.address = start_of(*veneer.section) + veneer.offset;
    place.target = target_of(applying, rules_, veneer);
    rules_.write(place, is_big_endian);
  });
}

void Veneers::write_moved(const Veneer& veneer, bool is_big_endian,
                          const std::function<char*(const InputSection&)>& bytes_of) const {
  const MovedInstruction& moved = veneer.moved;
  MovedPlace place;
  place.veneer = bytes_of(*veneer.section) + veneer.offset;
  place.veneer_address = start_of(*veneer.section) + veneer.offset;
  place.origin = bytes_of(*moved.section) + moved.offset;
  place.origin_address = start_of(*moved.section) + moved.offset;
  place.is_unused = veneer.is_unused;
  place.is_empty = veneer.is_empty;
  place.kind = veneer.kind;
  place.target = start_of(*moved.section) + static_cast<std::uint64_t>(moved.target);
  place.condition = moved.condition;
  place.is_big_endian = is_big_endian;
  if (!rules_.write_moved(place))
    throw Error(Location{moved.section->file->path, 0},
                fmt::format("{}+{:#x}: the veneer {} is out of reach", moved.section->name,
                            moved.offset, veneer.label),
                "split the section, or put less code into the output section");
}

std::vector<MadeSymbol> Veneers::symbols() const {
  std::vector<MadeSymbol> all;
  for (const InputSection* section : sections_) {
    if (!rules_.header_mark.empty()) all.push_back({rules_.header_mark, section, 0, 0, STT_NOTYPE});
    table_.for_each([&](const Veneer& veneer) {
      if (veneer.section != section || veneer.is_unused) return;
      const VeneerShape& shape = rules_.shape(veneer.kind);
      const std::uint64_t offset = veneer.offset | std::uint64_t{shape.is_thumb};
      all.push_back({veneer.label, section, offset, shape.size, STT_FUNC});
      for (const VeneerMark& mark : shape.marks)
        all.push_back({mark.name, section, veneer.offset + mark.offset, 0, STT_NOTYPE});
    });
  }
  return all;
}

}  // namespace kbx::link
