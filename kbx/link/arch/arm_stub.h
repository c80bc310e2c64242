#pragma once
#include <cstdint>
#include <span>

#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_target.h"

namespace kbx::link {

/// The kinds of code that a branch goes to instead of its target. The numbers are those that GNU ld
/// 2.40 has in the keys by which it sorts stubs.
enum class ArmStub : std::uint8_t {
  none = 0,
  any_to_any = 1,
  v4t_arm_to_thumb = 2,
  thumb_only = 3,
  v4t_thumb_to_thumb = 4,
  v4t_thumb_to_arm = 5,
  v4t_thumb_to_near_arm = 6,
  any_to_arm_anywhere = 7,  // …_anywhere: the output may be loaded at any address
  any_to_thumb_anywhere = 8,
  v4t_thumb_to_thumb_anywhere = 9,
  v4t_arm_to_thumb_anywhere = 10,
  v4t_thumb_to_arm_anywhere = 11,
  thumb_only_anywhere = 12,
  any_to_tls_anywhere = 13,
  v4t_thumb_to_tls_anywhere = 14,
  secure_gateway = 17,
  a8_conditional = 18,  // a8_…: for an erratum of the Cortex-A8
  a8_branch = 19,
  a8_call = 20,
  a8_exchange = 21,
  thumb2_only = 22,
  thumb2_only_pure = 23,  // without data among the code
};

/// What a part of a stub is.
enum class ArmPart : std::uint8_t { thumb16, thumb32, arm, data };

/// An instruction or a word of a stub.
struct ArmStubPart {
  ArmPart kind = ArmPart::arm;
  std::uint32_t bits = 0;
  std::uint32_t type = 0;       // of the relocation that leads to the target; 0: there is none
  std::int32_t addend = 0;      // … what it adds
  bool is_conditional = false;  // takes over the condition of the branch
};

/// The parts of a kind, in their order.
std::span<const ArmStubPart> arm_stub_parts(ArmStub stub);
/// Bytes of a part.
constexpr unsigned arm_part_size(ArmPart part) {
  return part == ArmPart::thumb16 ? 2 : 4;
}
/// Bytes of a stub, without padding.
unsigned arm_stub_size(ArmStub stub);
/// True for the stubs of the Cortex-A8's erratum, which lie behind all others.
constexpr bool is_a8_stub(ArmStub stub) {
  return stub >= ArmStub::a8_conditional && stub <= ArmStub::a8_exchange;
}
/// Bytes: what of a stub's address has to be 0.
constexpr unsigned arm_stub_alignment(ArmStub stub) {
  return is_a8_stub(stub) && stub != ArmStub::a8_exchange ? 2 : 4;
}
/// True if a branch has to come to it as Thumb code.
bool starts_as_thumb(ArmStub stub);

/// Where a stub is and what it leads to.
struct ArmStubPlace {
  std::uint64_t address = 0;
  std::uint64_t target = 0;     // with the bit that says Thumb
  std::uint64_t behind = 0;     // a8_conditional: the address behind the branch
  std::uint32_t condition = 0;  // … and the branch's condition, four bits
};

/// Writes a stub, whose instructions and words may have different byte orders (BE8). False if the
/// target is out of its reach.
bool write_arm_stub(const ArmBytes& code, const ArmBytes& data, ArmStub stub,
                    const ArmStubPlace& where, char* place);

/// What a branch's target is in for.
enum class ArmCode : std::uint8_t { unknown, arm, thumb, section };

/// A branch, as far as it matters to where it may go.
struct ArmBranch {
  std::uint32_t type = 0;     // of its relocation
  std::int64_t distance = 0;  // from the branch to the target
  ArmCode to = ArmCode::unknown;
  bool is_plt = false;        // the target is a PLT entry: ARM code, with Thumb code in front of it
  bool is_pure_code = false;  // the branch is in a section without data (SHF_ARM_PURECODE)
  bool is_anywhere = false;   // the output may be loaded anywhere, or is to have such stubs
};

/// What a branch needs to get there.
struct ArmWay {
  ArmStub stub = ArmStub::none;
  ArmCode to = ArmCode::unknown;  // what the stub leads to, or the branch itself
  bool is_impure = false;         // a stub with data, in spite of is_pure_code
};

/// The branch as it enters its target: processors without ARM code take all functions for Thumb
/// ones, and the PLT has an entry for each instruction set.
ArmBranch entered(const ArmBranch& branch, const ArmTarget& target);

/// The way of a branch that is as it enters its target, by GNU ld 2.40's choice.
ArmWay arm_way(const ArmBranch& branch, const ArmTarget& target);

/// True for the types that may get a stub.
bool may_need_arm_stub(std::uint32_t type);

/// The bytes of Thumb code in front of a PLT entry that changes to ARM code.
inline constexpr unsigned arm_plt_thumb_size = 4;

}  // namespace kbx::link
