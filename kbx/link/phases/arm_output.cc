#include "kbx/link/phases/arm_output.h"

#include <algorithm>
#include <vector>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/arm.h"
#include "kbx/link/arch/arm_unwind.h"
#include "kbx/link/arch/attribute_list.h"

namespace kbx::link {

namespace {

std::string_view attributes_of(const LinkState& state) {
  for (const InputFile* file : state.files())
    for (const InputSection* section : file->sections)
      if (section->type == SHT_ARM_ATTRIBUTES && !section->is_discarded) return section->content;
  return {};
}

void move_section(const InputSection* section, InputFile& to) {
  if (!section) return;
  std::vector<InputSection*>& from = section->file->sections;
  const auto place = std::ranges::find(from, section);
  (*place)->file = &to;
  to.sections.push_back(*place);
  from.erase(place);
}

/// Of a PLT entry that is code of one instruction set behind that of another.
class PltSymbols {
 public:
  explicit PltSymbols(const FinalKind& kind) : kind_(kind), is_thumb_(kind.arm.is_thumb_only) {}

  void add_header(const InputSection& plt) {
    add(is_thumb_ ? "$t" : "$a", plt, 0);
    add("$d", plt, is_thumb_ ? 12 : 16);
    if (is_thumb_) add("$t", plt, 16);
  }

  /// An entry that follows only ARM code needs no mark.
  void add_entry(const LinkageEntry& entry, const InputSection& plt, std::uint32_t first) {
    if (is_thumb_) {
      add("$t", plt, entry.offset);
      return;
    }
    if (entry.has_thumb_front) add("$t", plt, entry.offset - kind_.machine.plt_thumb_size);
    if (entry.has_thumb_front || entry.offset == first) add("$a", plt, entry.offset);
  }

  std::vector<MadeSymbol> take() { return std::move(made_); }

 private:
  void add(std::string_view name, const InputSection& section, std::uint64_t offset) {
    made_.push_back({name, &section, offset, 0, STT_NOTYPE});
  }

  const FinalKind& kind_;
  bool is_thumb_;
  std::vector<MadeSymbol> made_;
};

std::vector<MadeSymbol> plt_symbols(const Linkage& linkage, const FinalKind& kind) {
  PltSymbols symbols(kind);
  const LinkageSections& sections = linkage.sections;
  if (sections.plt && !sections.plt->is_discarded) symbols.add_header(*sections.plt);
  for (const bool is_local : {false, true})
    for (const LinkageEntry& entry : linkage.entries) {
      if ((entry.referent.global == nullptr) != is_local) continue;
      if (entry.kind == LinkageEntry::Kind::plt && sections.plt)
        symbols.add_entry(entry, *sections.plt, kind.machine.plt_header_size);
      if (entry.kind == LinkageEntry::Kind::indirect)
        symbols.add_entry(entry, *sections.indirect_plt, 0);
    }
  return symbols.take();
}

}  // namespace

ArmTarget arm_target_of(const LinkState& state) {
  const ArmOptions& options = state.options.arm;
  ArmTarget target =
      arm_target(attributes_of(state), state.resolver.format().is_big_endian, options.processors);
  target.fixes_cortex_a8 =
      options.fix_cortex_a8 == ArmOptions::Choice::by_processor
          ? target.architecture == arm_v7 && (target.profile == 'A' || target.profile == 0)
          : options.fix_cortex_a8 == ArmOptions::Choice::yes;
  target.bx = options.bx;
  target.is_target1_relative = options.is_target1_relative;
  target.target2 = options.target2;
  return target;
}

const Machine& arm_machine_of(const LinkState& state, const ArmTarget& target) {
  const ArmPlt plt = target.is_thumb_only             ? ArmPlt::thumb
                     : state.options.arm.has_long_plt ? ArmPlt::far
                                                      : ArmPlt::near;
  return arm_machine(state.resolver.format().is_big_endian, plt, state.options.be8);
}

bool edit_arm_index(LinkState& state) {
  return edit_unwind_index(state.files(), state.options.arm.merges_unwind_entries,
                           state.eh_frame_edits);
}

void complete_arm_header(const LinkState& state, Target& target) {
  constexpr std::uint32_t abi_vfp_args = 28;
  constexpr std::uint32_t in_vfp_registers = 1;
  if ((target.elf_flags & EF_ARM_EABIMASK) == 0) target.os_abi = ELFOSABI_ARM;
  if (state.options.be8) target.elf_flags |= EF_ARM_BE8;
  if ((target.elf_flags & EF_ARM_EABIMASK) != EF_ARM_EABI_VER5) return;
  BuildAttributes attributes;
  read_attributes(attributes_of(state), EM_ARM, target.is_big_endian, attributes);
  const bool is_hard = attributes.processor[abi_vfp_args].number == in_vfp_registers;
  target.elf_flags |= is_hard ? EF_ARM_ABI_FLOAT_HARD : EF_ARM_ABI_FLOAT_SOFT;
}

ArmOutput::ArmOutput(LinkState& state, const FinalKind& kind)
    : state_(state), kind_(kind), glue_(state.resolver, kind) {
  if (!state.options.be8) return;
  for (const InputFile* file : state.files()) {
    if (!file->is_big_endian)
      throw Error(Location{file->path, 0}, "BE8 images only valid in big-endian mode",
                  "assemble it with -EB, or link without --be8");
    spans_.merge(arm_spans(*file));
  }
}

void ArmOutput::find_glue() {
  glue_.find([this](const std::string& line) { state_.say(line); });
  // The linker's notes belong to the first file that has sections, which is the glue's now.
  InputFile& first = *state_.files().front();
  move_section(state_.notes.build_id.note, first);
  move_section(state_.notes.package.note, first);
}

std::vector<MadeSymbol> ArmOutput::symbols(const Linkage& linkage,
                                           const std::vector<MadeSymbol>& veneers) const {
  std::vector<MadeSymbol> all = glue_.symbols();
  all.insert(all.end(), veneers.begin(), veneers.end());
  const std::vector<MadeSymbol> of_plts = plt_symbols(linkage, kind_);
  all.insert(all.end(), of_plts.begin(), of_plts.end());
  return all;
}

void ArmOutput::finish(const InputSection& section, char* content) const {
  glue_.redirect(section, content);
  const auto spans = spans_.find(&section);
  if (spans != spans_.end()) swap_code(spans->second, content);
}

}  // namespace kbx::link
