#include "kbx/link/relocate/apply.h"

#include <algorithm>
#include <optional>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/veneer.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/pairs.h"
#include "kbx/link/relocate/plain_address.h"
#include "kbx/link/resolve/discarded.h"
#include "kbx/link/veneers/arm_glue.h"
#include "kbx/link/veneers/veneers.h"

/// Relocations of a final link: the value from where the machine says that it starts, less what it
/// is counted from, written as the machine says. A value that the dynamic linker will put there is
/// left out where relocations carry addends, and is the addend where they do not.
namespace kbx::link {
namespace {

constexpr std::uint64_t page = 0x1000;

const Places* places_of(const InputFile& file, const Referent& referent) {
  if (referent.global) return referent.global->places;
  const auto found = file.local_places.find(referent.index);
  return found == file.local_places.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> plt_address(const Applying& applying, const Places& places) {
  if (places.direct != Places::none) return applying.at.direct_plt + places.direct;
  if (places.second != Places::none) return applying.at.second_plt + places.second;
  if (places.plt != Places::none) return applying.at.plt + places.plt;
  if (places.indirect != Places::none) return applying.at.indirect_plt + places.indirect;
  return std::nullopt;
}

/// True if the function's PLT entry is its address, for code of this output at least.
bool stands_for(const Referent& referent, const Places& places) {
  if (places.indirect != Places::none) return true;
  if (!referent.global) return type_of(referent) == STT_GNU_IFUNC && places.plt != Places::none;
  return referent.global && (referent.global->wants & (want_address | want_plt_address)) != 0;
}

template <typename Shape>
class Applier {
 public:
  Applier(const Applying& applying, InputSection& section, char* content, KeptSections& kept,
          Findings& findings)
      : kind_(applying.kind),
        unloaded_kind_(applying.kind),
        applying_(applying),
        section_(section),
        content_(content),
        kept_(kept),
        findings_(findings) {
    unloaded_kind_.is_position_independent = unloaded_kind_.is_shared = false;
    has_plain_ = !(section.traits & trait_alloc) && !section.edit && !applying.glue &&
                 !kind_.machine.has_pairs && kind_.machine.number != EM_ARM;
  }

  template <typename Entry>
  void run(std::string_view table, bool has_addend) {
    if (kind_.machine.has_pairs) find_pairs<Entry>(table);
    walk_relocations<Shape, Entry>(table, [&](const Relocation& relocation, std::uint32_t next) {
      if (has_plain_ && has_addend && apply_plainly(relocation)) return false;
      return apply(relocation, next, has_addend);
    });
  }

 private:
  template <typename Entry>
  void find_pairs(std::string_view table) {
    for_each_relocation<Shape, Entry>(table, false, [&](std::size_t, const Relocation& relocation) {
      const Rule* const rule = kind_.machine.rule(relocation.type);
      if (rule && rule->is_first_part) pairs_.add(relocation);
    });
    pairs_.finish();
  }

  /// The value of the relocation that stands where the symbol is; false if there is none.
  bool take_pair(const Decision& decision, Patch& patch) const {
    const Relocation* const first = pairs_.find(decision.referent, section_);
    if (!first) return false;
    patch.address = address_in_output(first->offset);
    patch.value = value(decide(kind_, section_, *first, 0, true), patch.address) +
                  static_cast<std::uint64_t>(decision.addend);
    return true;
  }

  /// RISC-V: why a part of an address cannot have its addend; "" if it can. The upper part knows
  /// nothing of the lower one's.
  std::string addend_fault(const Decision& decision, std::uint64_t value) const {
    const Rule& rule = *decision.rule;
    if (rule.is_first_part && rule.origin == Origin::got_entry)
      return fmt::format("The addend isn't allowed for {}", kind_.machine.type_name(decision.type));
    if (rule.origin != Origin::paired) return {};
    if (decision.referent.is_section()) return "%pcrel_lo section symbol with an addend";
    const Relocation* const first = pairs_.find(decision.referent, section_);
    if (first && kind_.machine.rule(first->type)->origin == Origin::got_entry)
      return fmt::format("%pcrel_lo with addend isn't allowed for {}",
                         kind_.machine.type_name(first->type));
    constexpr auto upper = [](std::uint64_t whole) {
      return (whole + 0x800) & ~std::uint64_t{0xfff};
    };
    const std::uint64_t without = upper(value - static_cast<std::uint64_t>(decision.addend));
    if (without == upper(value)) return {};
    return fmt::format(
        "%pcrel_lo overflow with an addend, the value of %pcrel_hi is {:#x} without any addend, "
        "but may be {:#x} after adding the %pcrel_lo addend",
        without, upper(value));
  }

  std::string place_of(const Relocation& relocation) const {
    return fmt::format("{}:({}+{:#x})", section_.file->path, section_.name, relocation.offset);
  }

  /// A branch that does not reach goes to its veneer.
  void take_veneer(const Decision& decision, std::uint64_t offset, Patch& patch) const {
    const BranchUse use = branch_use(applying_, section_, offset, decision);
    const auto veneer = applying_.veneers->address_for(use);
    if (!veneer) return;
    patch.has_veneer = true;
    patch.veneer = *veneer;
    if (!kind_.machine.veneers->keeps_target) patch.value = *veneer - patch.address;
  }

  void take_glue(std::uint64_t offset, Patch& patch) const {
    const auto place = applying_.glue->address_for(section_, offset);
    if (!place) return;
    patch.has_veneer = true;
    patch.veneer = *place;
  }

  /// The short way of what is most frequent: an address, in what is not loaded. False if apply has
  /// to go the long way, which comes to the same or tells what is wrong.
  bool apply_plainly(const Relocation& relocation) const {
    const Rule* const rule = kind_.machine.rule(relocation.type);
    if (!rule || rule->origin != Origin::symbol || rule->against != Against::nothing ||
        rule->may_simplify || rule->adds_in_place)
      return false;
    const std::uint64_t offset = relocation.offset;
    const std::uint64_t end = std::min<std::uint64_t>(section_.content.size(), section_.size);
    if (offset >= end || end - offset < rule->size) return false;
    const auto address = plain_address(*section_.file, relocation.symbol, relocation.addend);
    if (!address) return false;
    Patch patch;
    patch.type = relocation.type;
    patch.place = content_ + offset;
    patch.room = end - offset;
    patch.value = *address;
    return kind_.machine.apply(patch) == Fit::fits;
  }

  /// True if the next relocation is to be passed over.
  bool apply(const Relocation& relocation, std::uint32_t next, bool has_addend) {
    std::uint64_t offset = relocation.offset;
    if (section_.edit && !moved_offset(*section_.edit, offset)) return false;
    Decision decision = (section_.traits & trait_alloc)
                            ? decide(kind_, section_, relocation, next, has_addend)
                            : decide_unloaded(relocation, has_addend);
    const Rule& rule = *decision.rule;
    if (rule.origin == Origin::none && rule.size == 0) return decision.covers_next;
    if (decision.referent.section && decision.referent.section->is_discarded &&
        !follow(decision, offset))
      return false;
    if (is_beyond_merged(decision.referent, decision.addend))
      findings_.remarks.push_back(fmt::format(
          "{}: access beyond end of merged section ({})", decision.referent.section->file->path,
          static_cast<std::int64_t>(decision.referent.local->value) + decision.addend));
    if (is_left(decision)) return false;
    Patch patch;
    patch.type = decision.type;
    patch.place = content_ + offset;
    patch.room = section_.size > offset ? section_.size - offset : 0;
    patch.behind = offset;
    patch.address = address_in_output(offset);
    patch.call_padding = kind_.options.call_padding.byte;
    patch.pads_behind = kind_.options.call_padding.is_behind;
    const bool is_whole = rule.origin != Origin::paired || take_pair(decision, patch);
    if (rule.origin != Origin::paired) patch.value = value(decision, patch.address);
    if (kind_.machine.has_pairs && decision.addend != 0 && is_whole) {
      const std::string why = addend_fault(decision, patch.value);
      if (!why.empty()) {
        findings_.faults.push_back(
            fmt::format("{}: dangerous relocation: {}", place_of(relocation), why));
        return decision.covers_next;
      }
    }
    if (rule.is_branch && applying_.veneers) take_veneer(decision, offset, patch);
    if (applying_.glue) take_glue(offset, patch);
    const std::uint8_t type = type_of(decision.referent);
    patch.is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
    patch.is_thumb = patch.is_function && is_thumb(decision);
    patch.is_section = decision.referent.is_section();
    patch.is_plt = is_plt_call(decision);
    patch.arm = &kind_.arm;
    const Fit fit = is_whole ? kind_.machine.apply(patch) : Fit::no_match;
    if (fit != Fit::fits) tell(fit, relocation, decision);
    return decision.covers_next;
  }

  std::uint64_t address_in_output(std::uint64_t offset) const {
    return start_of(section_) + offset;
  }

  /// A section that is not loaded: nothing is simplified, nothing left to the dynamic linker.
  Decision decide_unloaded(const Relocation& relocation, bool has_addend) const {
    Decision decision = decide(unloaded_kind_, section_, relocation, 0, has_addend);
    decision.is_preemptible = false;
    return decision;
  }

  /// Whether the dynamic linker has the last word.
  bool is_left(const Decision& decision) const {
    if (!(section_.traits & trait_alloc)) return false;
    if (decision.rule->origin == Origin::size) return is_size_left(kind_, decision);
    if (decision.rule->origin != Origin::symbol) return false;
    switch (address_source(kind_, section_, decision)) {
      case AddressFrom::load:
        return kind_.machine.uses_rela && !kind_.options.relr &&
               !(kind_.machine.applies_relative && kind_.options.apply_dynamic_relocs);
      case AddressFrom::dynamic:
        return true;  // without addends of its own the relocation goes by what stands there
      case AddressFrom::resolver:
        return kind_.machine.uses_rela;
      case AddressFrom::link:
      case AddressFrom::plt:
      case AddressFrom::copy:
      case AddressFrom::nowhere:
        break;
    }
    return false;
  }

  /// What refers to a discarded section: false if the place keeps no value.
  bool follow(Decision& decision, std::uint64_t offset) {
    const unsigned action = section_.edit ? 0u : action_in(section_);
    InputSection*& to = decision.referent.section;
    if (action & complain_of_discarded)
      findings_.faults.push_back(fmt::format(
          "`{}' referenced in section `{}' of {}: defined in discarded section `{}' "
          "of {}",
          decision.referent.name(), section_.name, section_.file->path, to->name, to->file->path));
    if (action & take_kept_section) {
      if (InputSection* kept = kept_.of(*to); kept && kept->output) {
        to = kept;
        return true;
      }
    }
    clear(*decision.rule, offset);
    return false;
  }

  /// In .debug_ranges a pair of zeros would end the list; 1 to 1 is an empty range.
  void clear(const Rule& rule, std::uint64_t offset) {
    std::fill_n(content_ + offset, rule.size, '\0');
    if (section_.name == ".debug_ranges" && rule.size > 0)
      content_[offset + (Shape::is_big_endian ? rule.size - 1u : 0u)] = 1;
  }

  std::uint64_t value(const Decision& decision, std::uint64_t place) const {
    std::uint64_t value = origin(decision) + static_cast<std::uint64_t>(decision.addend);
    switch (decision.rule->against) {
      case Against::nothing:
        return value;
      case Against::place:
        return value - place;
      case Against::page:
        return (value & ~(page - 1)) - (place & ~(page - 1));
      case Against::got_base:
        return value - applying_.at.got_base;
      case Against::got_page:
        return value - (applying_.at.got_base & ~(page - 1));
      case Against::section:
        return value - section_start(decision.referent);
      case Against::page_start:
        return value & (page - 1);
    }
    return value;
  }

  static std::uint64_t section_start(const Referent& referent) {
    if (referent.section && referent.section->output) return referent.section->output->address;
    const OutputSection* output = referent.global ? referent.global->output_section : nullptr;
    return output ? output->address : 0;
  }

  std::uint64_t origin(const Decision& decision) const {
    const Referent& referent = decision.referent;
    const LinkedAddresses& at = applying_.at;
    const Places* places = places_of(*section_.file, referent);
    switch (decision.rule->origin) {
      case Origin::none:
      case Origin::paired:
        return 0;
      case Origin::symbol:
      case Origin::plt:
        return address_of_function(decision, places);
      case Origin::got_base:
        return at.got_base;
      case Origin::got_entry:
        return got_word(places);
      case Origin::got_thread_offset:
        return at.got + (places ? places->thread_offset : 0);
      case Origin::got_thread_distance:
        return at.got + (places ? places->thread_distance : 0);
      case Origin::got_module_offset:
        return at.got + (places ? places->module_offset : 0);
      case Origin::got_own_module:
        return at.got + applying_.linkage.own_module;
      case Origin::got_descriptor:
        return (kind_.machine.has_lazy_descriptors ? at.got_plt : at.got) +
               (places ? places->descriptor : 0);
      case Origin::size:
        return size_of(referent);
      case Origin::thread_offset:
        return address_of(referent, decision.addend) - at.thread_pointer;
      case Origin::thread_distance:
        return at.thread_pointer - address_of(referent, decision.addend);
      case Origin::module_offset:
        return address_of(referent, decision.addend) - at.thread_start -
               kind_.machine.module_offset_bias;
    }
    return 0;
  }

  /// The word of .got that holds an address, or that of .got.plt or .igot.plt where it stands for
  /// it.
  std::uint64_t got_word(const Places* places) const {
    const LinkedAddresses& at = applying_.at;
    if (!places) return at.got;
    if (places->got != Places::none) return at.got + places->got;
    if (places->got_plt != Places::none) return at.got_plt + places->got_plt;
    if (places->indirect_got == Places::none) return at.got;
    return at.indirect_got + places->indirect_got;
  }

  /// A PLT entry's address where calls, or everybody, go through it.
  std::uint64_t address_of_function(const Decision& decision, const Places* places) const {
    const bool is_call = decision.rule->origin == Origin::plt;
    if (places && (is_call || stands_for(decision.referent, *places)))
      if (const auto entry = plt_address(applying_, *places)) return *entry;
    return address_of(decision.referent, decision.addend);
  }

  /// ARM: true if the value starts from the address of Thumb code. One that the dynamic linker adds
  /// to is an addend like any other.
  bool is_thumb(const Decision& decision) const {
    if (kind_.machine.number != EM_ARM) return false;
    const Rule& rule = *decision.rule;
    if (rule.origin != Origin::symbol && rule.origin != Origin::plt) return false;
    const bool is_addend =
        rule.is_word && kind_.is_position_independent && (section_.traits & trait_alloc);
    return !is_addend && (origin(decision) & 1) != 0;
  }

  bool is_plt_call(const Decision& decision) const {
    if (decision.rule->origin != Origin::plt) return false;
    const Places* places = places_of(*section_.file, decision.referent);
    return places && plt_address(applying_, *places);
  }

  static const char* kind_of(const Referent& referent) {
    if (!referent.global) return "";
    return is_undefined(referent) || is_undefined_weak(referent) ? "undefined symbol " : "symbol ";
  }

  /// The section that defines a global symbol. What has none of an input, such as a number of
  /// --defsym, belongs to the output.
  std::string whereabouts(const Referent& referent) const {
    if (!referent.global || is_undefined(referent) || is_undefined_weak(referent)) return {};
    if (const InputSection* section = referent.section)
      return fmt::format(" defined in {} section in {}", section->name, section->file->path);
    const OutputSection* section = referent.global->output_section;
    const std::string_view name = section ? std::string_view(section->name) : "*ABS*";
    return fmt::format(" defined in {} section in {}", name, kind_.options.output);
  }

  void tell(Fit fit, const Relocation& relocation, const Decision& decision) {
    const std::string place = place_of(relocation);
    const std::string_view type = kind_.machine.type_name(relocation.type);
    const Referent& referent = decision.referent;
    const std::string_view name = referent.name();
    if (fit == Fit::overflows && decision.is_rewritten && type.find("GOTPCREL") != type.npos) {
      findings_.faults.push_back(fmt::format(
          "{}: failed to convert GOTPCREL relocation against '{}'; relink with --no-relax", place,
          name));
    } else if (fit == Fit::overflows) {
      findings_.faults.push_back(fmt::format("{}: relocation truncated to fit: {} against {}`{}'{}",
                                             place, type, kind_of(referent), name,
                                             whereabouts(referent)));
    } else if (fit == Fit::no_match && type.starts_with("R_386_GOT32")) {
      findings_.faults.push_back(
          fmt::format("{}: direct GOT relocation {} against `{}' without base register can not be "
                      "used when making a shared object",
                      section_.file->path, type, name));
    } else if (fit == Fit::misaligned) {
      findings_.faults.push_back(
          fmt::format("{}: {} against `{}': the address is not aligned", place, type, name));
    } else {
      findings_.faults.push_back(
          fmt::format("{}: {} against `{}': the instruction is none that the "
                      "relocation is for",
                      place, type, name));
    }
  }

  const FinalKind& kind_;
  FinalKind unloaded_kind_;  // for what is not loaded
  const Applying& applying_;
  InputSection& section_;
  char* content_;
  KeptSections& kept_;
  Findings& findings_;
  Pairs pairs_;
  bool has_plain_ = false;  // apply_plainly may be tried
};

}  // namespace

LinkedAddresses linked_addresses(const Linkage& linkage, const FinalKind& kind,
                                 const OutputSections& sections) {
  const auto start = [](InputSection* section) {
    return section && section->output ? address_in(*section, 0) : 0;
  };
  LinkedAddresses at;
  at.got = start(linkage.sections.got);
  at.got_base = kind.machine.got_base_is_got_plt ? start(linkage.sections.got_plt) : at.got;
  if (const InputSection* got = linkage.sections.got;
      kind.machine.got_base_is_section && got && got->output)
    at.got_base = got->output->address;
  at.got_plt = start(linkage.sections.got_plt);
  at.indirect_got = start(linkage.sections.indirect_got);
  at.plt = start(linkage.sections.plt);
  at.direct_plt = start(linkage.sections.direct_plt);
  at.second_plt = start(linkage.sections.second_plt);
  at.indirect_plt = start(linkage.sections.indirect_plt);
  std::uint64_t end = 0;
  std::uint64_t alignment = 1;
  bool has_any = false;
  for (const OutputSection* section = sections.first(); section; section = section->next) {
    if (!(section->traits & trait_thread_local)) continue;
    if (!has_any) at.thread_start = section->address;
    alignment = std::max(alignment, std::uint64_t{1} << section->alignment_power);
    has_any = true;
    end = section->address + section->size;
  }
  const auto up = [&](std::uint64_t value) { return (value + alignment - 1) & ~(alignment - 1); };
  if (!has_any) return at;
  if (kind.machine.thread_block_is_behind)
    at.thread_pointer = at.thread_start - up(kind.machine.thread_header);
  else
    at.thread_pointer = at.thread_start + up(end - at.thread_start);
  return at;
}

BranchTarget branch_target(const Applying& applying, const InputFile& file,
                           const Referent& referent, std::int64_t addend) {
  if (const Places* const places = places_of(file, referent))
    if (const auto entry = plt_address(applying, *places)) return {*entry, true};
  return {address_of(referent, addend), false};
}

std::uint64_t address_for(const Applying& applying, const Referent& referent,
                          const Places* places) {
  if (places && stands_for(referent, *places))
    if (const auto entry = plt_address(applying, *places)) return *entry;
  return address_of(referent, 0);
}

template <typename Shape>
void apply_relocations(const Applying& applying, InputSection& section, char* content,
                       KeptSections& kept, Findings& findings) {
  Applier<Shape> applier(applying, section, content, kept, findings);
  applier.template run<typename Shape::Rel>(section.rel.content, false);
  applier.template run<typename Shape::Rela>(section.rela.content, true);
}

template void apply_relocations<Shape<true, false>>(const Applying&, InputSection&, char*,
                                                    KeptSections&, Findings&);
template void apply_relocations<Shape<true, true>>(const Applying&, InputSection&, char*,
                                                   KeptSections&, Findings&);
template void apply_relocations<Shape<false, false>>(const Applying&, InputSection&, char*,
                                                     KeptSections&, Findings&);
template void apply_relocations<Shape<false, true>>(const Applying&, InputSection&, char*,
                                                    KeptSections&, Findings&);

}  // namespace kbx::link
