#include "kbx/link/arch/arm_branch.h"

#include <elf.h>

/// Branches between ARM and Thumb code (ELF for the Arm Architecture, "Call and Jump relocations").
/// The lowest bit of a function's address says that its code is Thumb; where there is blx a call
/// takes the form that changes the instruction set. Other branches cannot, and go by a veneer;
/// where there is none, since the section that has the branch is not said to be code, GNU ld 2.40
/// writes a branch that fails when it is taken, and here the link does not succeed.
namespace kbx::link {
namespace {

constexpr ArmTarget oldest;

/// A branch that is to be written.
struct Jump {
  std::uint32_t distance = 0;  // to the target or the veneer, with the addend
  ArmCode to = ArmCode::unknown;
  bool has_veneer = false;
  bool is_thumb_veneer = false;
};

Jump jump_of(const ArmBytes& bytes, const Patch& patch, ArmForm form, const ArmTarget& target) {
  const std::int64_t addend = arm_addend(bytes, form, 4, patch.place);
  ArmBranch branch;
  branch.type = patch.type;
  branch.to = code_at(patch);
  branch.is_plt = patch.is_plt;
  const auto whole = static_cast<std::int32_t>(patch.value & ~std::uint64_t{1});
  branch.distance = static_cast<std::int32_t>(whole - addend);
  branch = entered(branch, target);
  Jump jump;
  jump.to = branch.to;
  jump.distance = static_cast<std::uint32_t>(branch.distance + addend);
  if (patch.is_plt && patch.type == R_ARM_THM_JUMP19) jump.distance -= arm_plt_thumb_size;
  if (!patch.has_veneer) return jump;
  jump.to = arm_way(branch, target).to;
  jump.has_veneer = true;
  jump.is_thumb_veneer = (patch.veneer & 1) != 0;
  jump.distance = static_cast<std::uint32_t>((patch.veneer & ~std::uint64_t{1}) - patch.address) +
                  static_cast<std::uint32_t>(addend);
  return jump;
}

Fit checked(std::uint32_t distance, unsigned bits) {
  const std::int64_t value = static_cast<std::int32_t>(distance);
  return fits(static_cast<std::uint64_t>(value), bits, Range::with_sign) ? Fit::fits
                                                                         : Fit::overflows;
}

Fit write_arm_jump(const ArmBytes& bytes, const Patch& patch, const Jump& jump, bool is_call) {
  constexpr std::uint32_t exchanges = 0x10000000;
  constexpr std::uint32_t half = 0x01000000;  // of blx: two bytes more; of b: bl
  if (!is_call && jump.to == ArmCode::thumb && !jump.has_veneer) return Fit::overflows;
  std::uint32_t instruction = bytes.read32(patch.place) & 0xff000000;
  if (is_call && jump.to == ArmCode::thumb)
    instruction = jump.distance & 2 ? instruction | half : instruction & ~half;
  if (is_call && jump.to == ArmCode::thumb && !jump.has_veneer)
    instruction |= exchanges;
  else if (is_call && (jump.has_veneer || jump.to != ArmCode::unknown))
    instruction = (instruction & ~exchanges) | half;
  bytes.write32(patch.place, instruction | (jump.distance >> 2 & 0xffffff));
  return checked(jump.distance, 26);
}

Fit write_thumb_jump(const ArmBytes& bytes, const Patch& patch, const Jump& jump,
                     const ArmTarget& target) {
  constexpr std::uint32_t call = 0x1000;
  constexpr std::uint32_t exchange = 0x800;
  std::uint32_t instruction = bytes.read_halves(patch.place);
  const bool may_exchange = patch.type == R_ARM_THM_PC22 && target.has_blx;
  if (!may_exchange && jump.to == ArmCode::arm && !jump.has_veneer) return Fit::overflows;
  if (may_exchange) {
    const bool to_arm = jump.has_veneer ? !jump.is_thumb_veneer || jump.to != ArmCode::thumb
                                        : jump.to == ArmCode::arm;
    if (to_arm)
      instruction = (instruction & ~call) | exchange;
    else if (jump.to == ArmCode::thumb)
      instruction |= call | exchange;
  }
  std::uint32_t distance = jump.distance;
  const bool is_exchange = (instruction & 0x5000) == 0x4000;
  if (is_exchange) distance = (distance + 2) & ~3U;  // counted from a multiple of 4
  bytes.write_halves(patch.place, with_thumb_branch(instruction, distance));
  return checked(jump.distance, target.has_long_thumb_bl ? 25 : 23);
}

}  // namespace

ArmCode code_at(const Patch& patch) {
  if (patch.is_section) return ArmCode::section;
  if (!patch.is_function) return ArmCode::unknown;
  return patch.value & 1 ? ArmCode::thumb : ArmCode::arm;
}

Fit write_arm_branch(const ArmBytes& bytes, const Patch& patch, ArmForm form) {
  if (patch.room < 4) return Fit::no_match;
  const ArmTarget& target = patch.arm ? *patch.arm : oldest;
  const Jump jump = jump_of(bytes, patch, form, target);
  switch (form) {
    case ArmForm::branch:
    case ArmForm::call:
      return write_arm_jump(bytes, patch, jump, form == ArmForm::call);
    case ArmForm::thumb_branch19:
      if (jump.to == ArmCode::arm && !jump.has_veneer && !patch.is_plt) return Fit::overflows;
      bytes.write_halves(patch.place,
                         with_thumb_branch19(bytes.read_halves(patch.place), jump.distance));
      return checked(jump.distance, 21);
    default:
      return write_thumb_jump(bytes, patch, jump, target);
  }
}

Fit write_arm_bx(const ArmBytes& bytes, const Patch& patch) {
  if (patch.room < 4) return Fit::no_match;
  if (!patch.arm || patch.arm->bx == ArmBx::stays) return Fit::fits;
  const std::uint32_t instruction = bytes.read32(patch.place);
  if ((instruction & 0x0ffffff0) != 0x012fff10) return Fit::no_match;
  if (patch.has_veneer) {
    const auto distance = static_cast<std::uint32_t>(patch.veneer - patch.address - 8);
    bytes.write32(patch.place,
                  (instruction & 0xf0000000) | 0x0a000000 | (distance >> 2 & 0xffffff));
    return checked(distance, 26);
  }
  bytes.write32(patch.place, (instruction & 0xf000000f) | 0x01a0f000);  // mov pc, …
  return Fit::fits;
}

}  // namespace kbx::link
