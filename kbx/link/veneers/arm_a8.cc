#include "kbx/link/veneers/arm_a8.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/relocate/apply.h"
#include "kbx/link/veneers/veneers.h"

namespace kbx::link {
namespace {

bool is_code(const InputSection& section) {
  return section.type == SHT_PROGBITS && (section.flags & SHF_EXECINSTR) && section.output &&
         !section.is_discarded && !(section.traits & trait_linker_created);
}

bool is_thumb_branch(std::uint32_t type) {
  return type == R_ARM_THM_PC22 || type == R_ARM_THM_JUMP24 || type == R_ARM_THM_JUMP19 ||
         type == R_ARM_THM_XPC22;
}

ArmCode code_of(const Branch& branch) {
  if (branch.target_type == STT_SECTION) return ArmCode::section;
  if (branch.target_type != STT_FUNC && branch.target_type != STT_GNU_IFUNC)
    return ArmCode::unknown;
  return branch.target & 1 ? ArmCode::thumb : ArmCode::arm;
}

}  // namespace

A8Fixes::A8Fixes(const Resolver& resolver, const FinalKind& kind)
    : kind_(kind), resolver_(resolver) {
  for (const InputFile* file : resolver.files())
    if (!file->is_just_symbols && !file->is_binary) spans_.merge(arm_spans(*file));
}

/// What relocations say of branches at the ends of pages.
A8Branches A8Fixes::branches(const Applying& applying, const Veneers& veneers) const {
  A8Branches all;
  const auto look_at = [&](const InputSection& section, const Relocation& relocation) {
    const std::uint64_t from = start_of(section) + relocation.offset;
    if (!is_a8_place(from) || !is_thumb_branch(relocation.type)) return;
    const Decision decision = decide(kind_, section, relocation, 0, false);
    if (!decision.rule->is_branch) return;
    const BranchUse use = branch_use(applying, section, relocation.offset, decision);
    A8Branch branch;
    branch.type = relocation.type;
    branch.target = use.branch.target & ~std::uint64_t{1};
    branch.to = code_of(use.branch);
    branch.is_plt = use.branch.goes_through_plt;
    branch.has_veneer = veneers.address_for(use).has_value();
    all.emplace(from, branch);
  };
  for (const InputFile* file : resolver_.files())
    with_shape(file->is_64bit, file->is_big_endian, [&]<typename Shape>(Shape) {
      for (const InputSection* section : file->sections)
        if (section->output && !section->is_discarded && (section->traits & trait_code))
          for_each_relocation<Shape, typename Shape::Rel>(
              section->rel.content, false,
              [&](std::size_t, const Relocation& relocation) { look_at(*section, relocation); });
    });
  return all;
}

bool A8Fixes::adjust(const Applying& applying, Veneers& veneers) {
  const A8Branches known = branches(applying, veneers);
  std::vector<Found> found;
  for (const InputFile* file : resolver_.files())
    for (InputSection* section : file->sections) {
      const auto spans = spans_.find(section);
      if (!is_code(*section) || spans == spans_.end()) continue;
      const std::uint64_t address = start_of(*section);
      for (const A8Fix& fix :
           find_a8_fixes(section->content, spans->second, address, known, kind_.arm))
        found.push_back({section, fix});
    }
  const bool is_new = found != found_;
  found_ = std::move(found);
  if (!is_new) return false;
  Veneers::Rooms rooms;
  for (const Found& each : found_) rooms.emplace_back(each.section, arm_stub_size(each.fix.stub));
  veneers.reserve(std::move(rooms));
  return true;
}

void A8Fixes::add_to(Veneers& veneers) const {
  for (const Found& each : found_) {
    MovedInstruction moved;
    moved.section = each.section;
    moved.offset = each.fix.offset;
    moved.target = each.fix.target | (each.fix.to_thumb ? 1 : 0);
    moved.condition = each.fix.condition;
    const std::string name =
        fmt::format("{:x}:{:x}", veneers.numbers().of(*each.section), each.fix.offset);
    veneers.add(name, static_cast<std::uint8_t>(each.fix.stub), moved, false).label = {};
  }
}

}  // namespace kbx::link
