#include "kbx/link/arch/arm_stub.h"

#include <elf.h>

/// Veneers (ELF for the Arm Architecture, "Veneer generation"): code near a branch that goes on to
/// a target out of the branch's reach, or of the other instruction set. Which one a branch gets
/// depends on what the processors have: before v5T there is no blx, before v6T2 a Thumb bl reaches
/// 4 MiB, M profiles have no ARM code.
namespace kbx::link {
namespace {

constexpr ArmStubPart arm(std::uint32_t bits) {
  return {ArmPart::arm, bits};
}
constexpr ArmStubPart thumb(std::uint32_t bits) {
  return {ArmPart::thumb16, bits};
}
constexpr ArmStubPart wide(std::uint32_t bits, std::uint32_t type = 0, std::int32_t addend = 0) {
  return {ArmPart::thumb32, bits, type, addend};
}
constexpr ArmStubPart word(std::uint32_t type, std::int32_t addend = 0) {
  return {ArmPart::data, 0, type, addend};
}

constexpr std::uint32_t bx_pc = 0x4778;        // to ARM code behind the next halfword
constexpr std::uint32_t filler = 0xe7fd;       // b .-2: never reached
constexpr std::uint32_t load_pc = 0xe51ff004;  // ldr pc, [pc, #-4]
constexpr std::uint32_t load_ip = 0xe59fc000;  // ldr ip, [pc]
constexpr std::uint32_t load_ip4 = 0xe59fc004;
constexpr std::uint32_t add_ip_pc = 0xe08fc00c;  // add ip, pc, ip
constexpr std::uint32_t bx_ip = 0xe12fff1c;
constexpr std::uint32_t branch_thumb = 0xf000b800;  // b.w

constexpr ArmStubPart any_to_any[] = {arm(load_pc), word(R_ARM_ABS32)};
constexpr ArmStubPart v4t_arm_to_thumb[] = {arm(load_ip), arm(bx_ip), word(R_ARM_ABS32)};
// push {r0}; ldr r0, [pc, #8]; mov ip, r0; pop {r0}; bx ip; nop
constexpr ArmStubPart thumb_only[] = {thumb(0xb401), thumb(0x4802), thumb(0x4684),    thumb(0xbc01),
                                      thumb(0x4760), thumb(0xbf00), word(R_ARM_ABS32)};
constexpr ArmStubPart v4t_thumb_to_thumb[] = {thumb(bx_pc), thumb(filler), arm(load_ip), arm(bx_ip),
                                              word(R_ARM_ABS32)};
constexpr ArmStubPart v4t_thumb_to_arm[] = {thumb(bx_pc), thumb(filler), arm(load_pc),
                                            word(R_ARM_ABS32)};
constexpr ArmStubPart v4t_thumb_to_near_arm[] = {
    thumb(bx_pc), thumb(filler), {ArmPart::arm, 0xea000000, R_ARM_JUMP24, -8}};
// add pc, pc, ip
constexpr ArmStubPart any_to_arm_anywhere[] = {arm(load_ip), arm(0xe08ff00c),
                                               word(R_ARM_REL32, -4)};
constexpr ArmStubPart any_to_thumb_anywhere[] = {arm(load_ip4), arm(add_ip_pc), arm(bx_ip),
                                                 word(R_ARM_REL32)};
constexpr ArmStubPart v4t_thumb_to_thumb_anywhere[] = {
    thumb(bx_pc), thumb(filler), arm(load_ip4), arm(add_ip_pc), arm(bx_ip), word(R_ARM_REL32)};
// add pc, ip, pc
constexpr ArmStubPart v4t_thumb_to_arm_anywhere[] = {thumb(bx_pc), thumb(filler), arm(load_ip),
                                                     arm(0xe08cf00f), word(R_ARM_REL32, -4)};
// push {r0}; ldr r0, [pc, #8]; mov ip, pc; add ip, r0; pop {r0}; bx ip
constexpr ArmStubPart thumb_only_anywhere[] = {thumb(0xb401),       thumb(0x4802), thumb(0x46fc),
                                               thumb(0x4484),       thumb(0xbc01), thumb(0x4760),
                                               word(R_ARM_REL32, 4)};
// ip is not free: ldr r1, [pc]; add pc, pc, r1
constexpr ArmStubPart any_to_tls_anywhere[] = {arm(0xe59f1000), arm(0xe08ff001),
                                               word(R_ARM_REL32, -4)};
constexpr ArmStubPart v4t_thumb_to_tls_anywhere[] = {thumb(bx_pc), thumb(filler), arm(0xe59f1000),
                                                     arm(0xe081f00f), word(R_ARM_REL32, -4)};
// sg
constexpr ArmStubPart secure_gateway[] = {wide(0xe97fe97f),
                                          wide(branch_thumb, R_ARM_THM_JUMP24, -4)};
// b<condition> over the next one
constexpr ArmStubPart a8_conditional[] = {{ArmPart::thumb16, 0xd001, 0, 0, true},
                                          wide(branch_thumb, R_ARM_THM_JUMP24, -4),
                                          wide(branch_thumb, R_ARM_THM_JUMP24, -4)};
constexpr ArmStubPart a8_branch[] = {wide(branch_thumb, R_ARM_THM_JUMP24, -4)};
constexpr ArmStubPart a8_exchange[] = {{ArmPart::arm, 0xea000000, R_ARM_JUMP24, -8}};
// ldr.w pc, [pc]
constexpr ArmStubPart thumb2_only[] = {wide(0xf85ff000), word(R_ARM_ABS32)};
// movw ip; movt ip; bx ip
constexpr ArmStubPart thumb2_only_pure[] = {wide(0xf2400c00, R_ARM_THM_MOVW_ABS_NC),
                                            wide(0xf2c00c00, R_ARM_THM_MOVT_ABS), thumb(0x4760)};

/// Where a part's value goes.
ArmForm form_of(std::uint32_t type) {
  switch (type) {
    case R_ARM_JUMP24:
      return ArmForm::branch;
    case R_ARM_THM_JUMP24:
      return ArmForm::thumb_branch;
    case R_ARM_THM_MOVW_ABS_NC:
      return ArmForm::thumb_move_low;
    case R_ARM_THM_MOVT_ABS:
      return ArmForm::thumb_move_high;
    default:
      return ArmForm::data;
  }
}

void write_bits(const ArmBytes& bytes, const ArmStubPart& part, std::uint32_t condition,
                char* place) {
  if (part.kind == ArmPart::thumb16)
    bytes.write16(place, part.bits | (part.is_conditional ? condition << 8 : 0));
  else if (part.kind == ArmPart::thumb32)
    bytes.write_halves(place, part.bits);
  else
    bytes.write32(place, part.bits);
}

bool write_part(const ArmBytes& bytes, const Patch& patch, ArmForm form) {
  const auto distance = static_cast<std::uint32_t>(patch.value);
  if (form == ArmForm::branch) {
    bytes.write32(patch.place,
                  (bytes.read32(patch.place) & 0xff000000) | (distance >> 2 & 0xffffff));
    return fits(patch.value, 26, Range::with_sign);
  }
  if (form == ArmForm::thumb_branch) {
    bytes.write_halves(patch.place, with_thumb_branch(bytes.read_halves(patch.place), distance));
    return fits(patch.value, 25, Range::with_sign);
  }
  return write_arm(bytes, patch, form, 4, Range::any, 0, false) == Fit::fits;
}

bool is_thumb_type(std::uint32_t type) {
  return type == R_ARM_THM_PC22 || type == R_ARM_THM_JUMP24 || type == R_ARM_THM_JUMP19 ||
         type == R_ARM_THM_TLS_CALL;
}

/// How far a branch's target may be from the branch, in bytes.
struct Reach {
  std::int64_t back = 0;
  std::int64_t forth = 0;

  bool covers(std::int64_t distance) const { return distance >= back && distance <= forth; }
};

// Counted from the branch, while the processor counts from behind it. Forwards GNU ld 2.40 takes
// Thumb's reach for that of blx, whose targets are multiples of 4.
constexpr Reach arm_reach{-(std::int64_t{1} << 25) + 8, (std::int64_t{1} << 25) - 4 + 8};
constexpr Reach thumb_reach{-(std::int64_t{1} << 22) + 4, std::int64_t{1} << 22};
constexpr Reach long_thumb_reach{-(std::int64_t{1} << 24) + 4, std::int64_t{1} << 24};
constexpr Reach conditional_reach{-(std::int64_t{1} << 20) + 4, (std::int64_t{1} << 20) + 2};

bool is_reached_by_thumb(const ArmBranch& branch, const ArmTarget& target) {
  const Reach& reach = target.has_long_thumb_bl ? long_thumb_reach : thumb_reach;
  if (!reach.covers(branch.distance)) return false;
  return !target.has_thumb2 || branch.type != R_ARM_THM_JUMP19 ||
         conditional_reach.covers(branch.distance);
}

ArmStub thumb_to_thumb(const ArmBranch& branch, const ArmTarget& target, bool& is_impure) {
  const bool is_call = branch.type == R_ARM_THM_PC22;
  if (target.is_thumb_only) {
    if (target.has_thumb_movw && branch.is_pure_code) return ArmStub::thumb2_only_pure;
    is_impure = branch.is_pure_code;
    if (branch.is_anywhere) return ArmStub::thumb_only_anywhere;
    return target.has_thumb2 ? ArmStub::thumb2_only : ArmStub::thumb_only;
  }
  is_impure = branch.is_pure_code;
  // A stub that starts with ARM code is reached with blx, which no other branch can become.
  if (target.has_blx && is_call)
    return branch.is_anywhere ? ArmStub::any_to_thumb_anywhere : ArmStub::any_to_any;
  return branch.is_anywhere ? ArmStub::v4t_thumb_to_thumb_anywhere : ArmStub::v4t_thumb_to_thumb;
}

ArmStub thumb_to_arm(const ArmBranch& branch, const ArmTarget& target) {
  const bool is_call = branch.type == R_ARM_THM_PC22;
  if (branch.is_anywhere) {
    if (branch.type == R_ARM_THM_TLS_CALL)
      return target.has_blx ? ArmStub::any_to_tls_anywhere : ArmStub::v4t_thumb_to_tls_anywhere;
    return target.has_blx && is_call ? ArmStub::any_to_arm_anywhere
                                     : ArmStub::v4t_thumb_to_arm_anywhere;
  }
  if (target.has_blx && is_call) return ArmStub::any_to_any;
  return thumb_reach.covers(branch.distance) ? ArmStub::v4t_thumb_to_near_arm
                                             : ArmStub::v4t_thumb_to_arm;
}

ArmWay way_of_thumb(ArmBranch branch, const ArmTarget& target) {
  const bool is_call = branch.type == R_ARM_THM_PC22 || branch.type == R_ARM_THM_TLS_CALL;
  const bool changes =
      branch.to == ArmCode::arm && !branch.is_plt && (is_call ? !target.has_blx : true);
  ArmWay way;
  way.to = branch.to;
  if (!changes && is_reached_by_thumb(branch, target)) return way;
  // A stub goes to the ARM code of a PLT entry, not by the Thumb code in front of it.
  if (branch.to == ArmCode::thumb && branch.is_plt && !target.is_thumb_only) {
    way.to = ArmCode::arm;
    branch.distance += arm_plt_thumb_size;
  }
  if (way.to == ArmCode::thumb) {
    way.stub = thumb_to_thumb(branch, target, way.is_impure);
  } else {
    way.is_impure = branch.is_pure_code;
    way.stub = thumb_to_arm(branch, target);
  }
  return way;
}

ArmWay way_of_arm(const ArmBranch& branch, const ArmTarget& target) {
  ArmWay way;
  way.to = branch.to;
  way.is_impure = branch.is_pure_code;
  if (branch.to != ArmCode::thumb) {
    if (arm_reach.covers(branch.distance)) return way;
    if (branch.is_anywhere)
      way.stub = branch.type == R_ARM_TLS_CALL ? ArmStub::any_to_tls_anywhere
                                               : ArmStub::any_to_arm_anywhere;
    else
      way.stub = ArmStub::any_to_any;
    return way;
  }
  // blx reaches two bytes more.
  const bool is_far = !Reach{arm_reach.back, arm_reach.forth + 2}.covers(branch.distance);
  const bool is_call = branch.type == R_ARM_CALL;
  const bool is_jump = branch.type == R_ARM_JUMP24 || branch.type == R_ARM_PLT32;
  if (!is_far && !is_jump && !(is_call && !target.has_blx)) return way;
  if (branch.is_anywhere)
    way.stub = target.has_blx ? ArmStub::any_to_thumb_anywhere : ArmStub::v4t_arm_to_thumb_anywhere;
  else
    way.stub = target.has_blx ? ArmStub::any_to_any : ArmStub::v4t_arm_to_thumb;
  return way;
}

}  // namespace

std::span<const ArmStubPart> arm_stub_parts(ArmStub stub) {
  switch (stub) {
    case ArmStub::none:
      return {};
    case ArmStub::any_to_any:
      return any_to_any;
    case ArmStub::v4t_arm_to_thumb:
      return v4t_arm_to_thumb;
    case ArmStub::thumb_only:
      return thumb_only;
    case ArmStub::v4t_thumb_to_thumb:
      return v4t_thumb_to_thumb;
    case ArmStub::v4t_thumb_to_arm:
      return v4t_thumb_to_arm;
    case ArmStub::v4t_thumb_to_near_arm:
      return v4t_thumb_to_near_arm;
    case ArmStub::any_to_arm_anywhere:
      return any_to_arm_anywhere;
    case ArmStub::any_to_thumb_anywhere:
    case ArmStub::v4t_arm_to_thumb_anywhere:
      return any_to_thumb_anywhere;
    case ArmStub::v4t_thumb_to_thumb_anywhere:
      return v4t_thumb_to_thumb_anywhere;
    case ArmStub::v4t_thumb_to_arm_anywhere:
      return v4t_thumb_to_arm_anywhere;
    case ArmStub::thumb_only_anywhere:
      return thumb_only_anywhere;
    case ArmStub::any_to_tls_anywhere:
      return any_to_tls_anywhere;
    case ArmStub::v4t_thumb_to_tls_anywhere:
      return v4t_thumb_to_tls_anywhere;
    case ArmStub::secure_gateway:
      return secure_gateway;
    case ArmStub::a8_conditional:
      return a8_conditional;
    case ArmStub::a8_branch:
    case ArmStub::a8_call:
      return a8_branch;
    case ArmStub::a8_exchange:
      return a8_exchange;
    case ArmStub::thumb2_only:
      return thumb2_only;
    case ArmStub::thumb2_only_pure:
      return thumb2_only_pure;
  }
  return {};
}

unsigned arm_stub_size(ArmStub stub) {
  unsigned size = 0;
  for (const ArmStubPart& part : arm_stub_parts(stub)) size += arm_part_size(part.kind);
  return size;
}

bool starts_as_thumb(ArmStub stub) {
  const std::span<const ArmStubPart> parts = arm_stub_parts(stub);
  return !parts.empty() && parts.front().kind != ArmPart::arm;
}

bool write_arm_stub(const ArmBytes& code, const ArmBytes& data, ArmStub stub,
                    const ArmStubPlace& where, char* place) {
  bool fits = true;
  std::uint64_t offset = 0;
  bool is_first = true;
  for (const ArmStubPart& part : arm_stub_parts(stub)) {
    char* const at = place + offset;
    const ArmBytes& bytes = part.kind == ArmPart::data ? data : code;
    write_bits(bytes, part, where.condition, at);
    if (part.type != 0) {
      const bool goes_back = stub == ArmStub::a8_conditional && is_first;
      const bool is_absolute = part.type == R_ARM_ABS32 || part.type == R_ARM_THM_MOVW_ABS_NC ||
                               part.type == R_ARM_THM_MOVT_ABS;
      Patch patch;
      patch.place = at;
      patch.room = 4;
      patch.address = where.address + offset;
      patch.value = (goes_back ? where.behind : where.target) +
                    static_cast<std::uint64_t>(std::int64_t{part.addend});
      if (!is_absolute) patch.value -= patch.address;
      // The instruction set is the right one already.
      if (part.kind == ArmPart::arm || part.kind == ArmPart::thumb32)
        patch.value &= ~std::uint64_t{1};
      if (is_absolute) patch.value |= where.target & 1;
      fits &= write_part(bytes, patch, form_of(part.type));
      is_first = false;
    }
    offset += arm_part_size(part.kind);
  }
  return fits;
}

bool may_need_arm_stub(std::uint32_t type) {
  switch (type) {
    case R_ARM_CALL:
    case R_ARM_JUMP24:
    case R_ARM_PLT32:
    case R_ARM_THM_PC22:
    case R_ARM_THM_JUMP24:
    case R_ARM_THM_JUMP19:
      return true;
    default:
      return false;
  }
}

ArmBranch entered(const ArmBranch& branch, const ArmTarget& target) {
  const bool is_thumb_call = branch.type == R_ARM_THM_PC22;
  ArmBranch seen = branch;
  if (target.is_thumb_only && seen.to == ArmCode::arm && is_thumb_type(branch.type) &&
      branch.type != R_ARM_THM_TLS_CALL)
    seen.to = ArmCode::thumb;
  if (!branch.is_plt) return seen;
  seen.to = ArmCode::arm;
  if (!is_thumb_call && branch.type != R_ARM_THM_JUMP24) return seen;
  if (is_thumb_call && target.has_blx && !target.is_thumb_only) return seen;
  seen.to = ArmCode::thumb;
  if (!target.is_thumb_only) seen.distance -= arm_plt_thumb_size;
  return seen;
}

ArmWay arm_way(const ArmBranch& branch, const ArmTarget& target) {
  if (branch.to == ArmCode::section) return {ArmStub::none, branch.to, false};
  return is_thumb_type(branch.type) ? way_of_thumb(branch, target) : way_of_arm(branch, target);
}

}  // namespace kbx::link
