#include "kbx/link/arch/arm_veneer.h"

#include <array>
#include <vector>

#include <elf.h>

#include "kbx/link/arch/arm_cortex_a8.h"
#include "kbx/link/arch/arm_stub.h"

namespace kbx::link {
namespace {

constexpr std::size_t kind_count = static_cast<std::size_t>(ArmStub::thumb2_only_pure) + 1;

struct Marked {
  VeneerShape shape;
  std::vector<VeneerMark> marks;
};

std::string_view mark_of(ArmPart part) {
  if (part == ArmPart::arm) return "$a";
  return part == ArmPart::data ? "$d" : "$t";
}

std::array<Marked, kind_count> make_shapes() {
  std::array<Marked, kind_count> all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto stub = static_cast<ArmStub>(i);
    ArmPart last = ArmPart::data;
    std::uint32_t offset = 0;
    for (const ArmStubPart& part : arm_stub_parts(stub)) {
      if (part.kind != last) all[i].marks.push_back({mark_of(part.kind), offset});
      last = part.kind;
      offset += arm_part_size(part.kind);
    }
    all[i].shape.size = offset;
    all[i].shape.is_thumb = starts_as_thumb(stub);
    all[i].shape.marks = all[i].marks;
  }
  return all;
}

const VeneerShape& shape(std::uint8_t kind) {
  static const std::array<Marked, kind_count> shapes = make_shapes();
  return shapes[kind < shapes.size() ? kind : 0].shape;
}

ArmCode code_of(const Branch& branch) {
  if (branch.target_type == STT_SECTION) return ArmCode::section;
  const bool is_function = branch.target_type == STT_FUNC || branch.target_type == STT_GNU_IFUNC;
  if (!is_function) return ArmCode::unknown;
  return branch.target & 1 ? ArmCode::thumb : ArmCode::arm;
}

ArmWay way_of(const Branch& branch) {
  ArmBranch seen;
  seen.type = branch.type;
  const std::uint64_t target = branch.target & ~std::uint64_t{1};
  seen.distance = static_cast<std::int32_t>(static_cast<std::uint32_t>(target - branch.place));
  seen.to = code_of(branch);
  seen.is_plt = branch.goes_through_plt;
  seen.is_pure_code = branch.is_in_pure_code;
  seen.is_anywhere = branch.is_position_independent;
  return arm_way(entered(seen, *branch.arm), *branch.arm);
}

std::uint8_t needed(const Branch& branch) {
  if (!may_need_arm_stub(branch.type)) return 0;
  return static_cast<std::uint8_t>(way_of(branch).stub);
}

bool is_redirected(const Branch& branch) {
  return needed(branch) != 0;
}

std::uint64_t destination(const Branch& branch) {
  const std::uint64_t target = branch.target & ~std::uint64_t{1};
  return way_of(branch).to == ArmCode::thumb ? target | 1 : target;
}

/// The names of old go by how the code changes.
std::string_view suffix(const Branch& branch) {
  const ArmCode to = way_of(branch).to;
  switch (branch.type) {
    case R_ARM_THM_PC22:
    case R_ARM_THM_JUMP24:
    case R_ARM_THM_JUMP19:
      return to == ArmCode::arm ? "_from_thumb" : "_veneer";
    case R_ARM_CALL:
    case R_ARM_JUMP24:
      return to == ArmCode::thumb ? "_from_arm" : "_veneer";
    default:
      return "_veneer";
  }
}

std::uint8_t settled(std::uint8_t kind, std::uint64_t /*address*/, std::uint64_t /*target*/) {
  return kind;
}

template <bool is_be8>
void write(const VeneerPlace& veneer, bool is_big_endian) {
  ArmStubPlace where;
  where.address = veneer.address;
  where.target = veneer.target;
  write_arm_stub({is_big_endian && !is_be8}, {is_big_endian}, static_cast<ArmStub>(veneer.kind),
                 where, veneer.place);
}

bool is_last(std::uint8_t kind) {
  return arm_stub_alignment(static_cast<ArmStub>(kind)) == 2;
}

template <bool is_be8>
bool write_moved(const MovedPlace& moved) {
  const ArmBytes code{moved.is_big_endian && !is_be8};
  ArmStubPlace where;
  where.address = moved.veneer_address;
  where.target = moved.target;
  where.behind = moved.origin_address + 4;
  where.condition = moved.condition;
  A8Fix fix;
  fix.stub = static_cast<ArmStub>(moved.kind);
  return write_arm_stub(code, {moved.is_big_endian}, fix.stub, where, moved.veneer) &&
         write_a8_branch(code, fix, moved.origin_address, moved.veneer_address, moved.origin);
}

template <bool is_be8>
constexpr VeneerRules rules() {
  VeneerRules rules;
  // What an old Thumb bl reaches, less room for 2025 veneers.
  rules.group_size = 4170000;
  rules.section_suffix = ".__stub";
  rules.keys_have_kind = true;
  rules.leaves_addend_out = true;
  rules.packs_closely = true;
  rules.keeps_target = true;
  rules.shape = shape;
  rules.needed = needed;
  rules.suffix = suffix;
  rules.is_redirected = is_redirected;
  rules.destination = destination;
  rules.settled = settled;
  rules.is_last = is_last;
  rules.write_moved = write_moved<is_be8>;
  rules.write = write<is_be8>;
  return rules;
}

}  // namespace

constinit const VeneerRules arm_veneers = rules<false>();
constinit const VeneerRules arm_be8_veneers = rules<true>();

}  // namespace kbx::link
