#include "kbx/link/arch/arm_cortex_a8.h"

#include <elf.h>

/// The Cortex-A8's erratum 657417: a Thumb branch of 32 bits that lies across two pages of 4 KiB,
/// goes into the first of them, and stands behind another instruction of 32 bits that is no branch,
/// may go to the wrong address. Such a branch goes by a veneer in another page.
namespace kbx::link {
namespace {

constexpr std::uint64_t page_mask = 0xfff;

/// A 32-bit Thumb branch as it stands in the input.
struct Found {
  ArmStub stub = ArmStub::none;
  std::int64_t distance = 0;
  std::uint32_t instruction = 0;
};

std::uint32_t half(std::string_view content, std::uint64_t offset) {
  return ArmBytes{false}.read16(content.data() + offset);
}

ArmStub branch_kind(std::uint32_t instruction) {
  switch (instruction & 0xf800d000) {
    case 0xf0009000:
      return ArmStub::a8_branch;
    case 0xf000d000:
      return ArmStub::a8_call;
    case 0xf000c000:
      return ArmStub::a8_exchange;
    case 0xf0008000:
      return (instruction & 0x07f00000) != 0x03800000 ? ArmStub::a8_conditional : ArmStub::none;
    default:
      return ArmStub::none;
  }
}

std::int64_t distance_in(ArmStub kind, const char* place) {
  const ArmForm form =
      kind == ArmStub::a8_conditional ? ArmForm::thumb_branch19 : ArmForm::thumb_call;
  const std::int64_t distance = arm_addend({false}, form, 4, place);
  return kind == ArmStub::a8_exchange ? distance & ~std::int64_t{3} : distance;
}

/// The veneer that a branch needs with what its relocation says.
ArmStub adapted(ArmStub kind, const A8Branch* branch, const ArmTarget& target) {
  if (!branch || branch->type != R_ARM_THM_PC22) return kind;
  const bool to_arm = branch->to == ArmCode::arm || branch->is_plt;
  if (to_arm && target.has_blx && kind == ArmStub::a8_call) return ArmStub::a8_exchange;
  if (!to_arm && kind == ArmStub::a8_exchange) return ArmStub::a8_call;
  return kind;
}

class Scan {
 public:
  Scan(std::string_view content, std::uint64_t address, const A8Branches& branches,
       const ArmTarget& target)
      : content_(content), address_(address), branches_(branches), target_(target) {}

  void look_at(const ArmSpan& span) {
    if (((address_ + span.start) & ~page_mask) == ((address_ + span.end) & ~page_mask)) return;
    bool was_wide = false;
    bool was_branch = false;
    for (std::uint64_t i = span.start; i + 2 <= span.end;) {
      std::uint32_t instruction = half(content_, i);
      const bool is_long = is_wide_thumb(instruction) && i + 4 <= content_.size();
      ArmStub kind = ArmStub::none;
      if (is_long) {
        instruction = instruction << 16 | half(content_, i + 2);
        kind = branch_kind(instruction);
      }
      if (is_a8_place(address_ + i) && kind != ArmStub::none && was_wide && !was_branch)
        consider(i, kind, instruction);
      i += is_long ? 4 : 2;
      was_wide = is_long;
      was_branch = kind != ArmStub::none;
    }
  }

  std::vector<A8Fix> take() { return std::move(fixes_); }

 private:
  void consider(std::uint64_t offset, ArmStub kind, std::uint32_t instruction) {
    const auto found = branches_.find(address_ + offset);
    const A8Branch* branch = found == branches_.end() ? nullptr : &found->second;
    if (branch && branch->has_veneer) return;
    std::int64_t distance = distance_in(kind, content_.data() + offset);
    kind = adapted(kind, branch, target_);
    std::uint64_t behind = address_ + offset + 4;
    if (kind == ArmStub::a8_exchange) behind &= ~std::uint64_t{3};
    if (branch) distance = static_cast<std::int64_t>(branch->target - behind);
    if (branch && branch->is_plt && kind != ArmStub::a8_exchange) distance -= arm_plt_thumb_size;
    const std::uint64_t target = behind + static_cast<std::uint64_t>(distance);
    if (((address_ + offset) & ~page_mask) != (target & ~page_mask)) return;
    A8Fix fix;
    fix.offset = offset;
    fix.target = static_cast<std::int64_t>(target - address_);
    fix.stub = kind;
    fix.condition = instruction >> 22 & 0xf;
    fix.to_thumb = kind != ArmStub::a8_exchange;
    fixes_.push_back(fix);
  }

  std::string_view content_;
  std::uint64_t address_;
  const A8Branches& branches_;
  const ArmTarget& target_;
  std::vector<A8Fix> fixes_;
};

}  // namespace

std::vector<A8Fix> find_a8_fixes(std::string_view content, const std::vector<ArmSpan>& spans,
                                 std::uint64_t address, const A8Branches& branches,
                                 const ArmTarget& target) {
  Scan scan(content, address, branches, target);
  for (const ArmSpan& span : spans)
    if (span.kind == 't') scan.look_at(span);
  return scan.take();
}

bool write_a8_branch(const ArmBytes& bytes, const A8Fix& fix, std::uint64_t from, std::uint64_t to,
                     char* place) {
  std::uint32_t instruction = 0xf0009000;
  if (fix.stub == ArmStub::a8_call) instruction = 0xf000d000;
  if (fix.stub == ArmStub::a8_exchange) {
    instruction = 0xf000e800;
    from &= ~std::uint64_t{3};
  }
  if ((from & ~page_mask) == (to & ~page_mask)) return false;
  const std::uint64_t distance = to - from - 4;
  bytes.write_halves(place, with_thumb_branch(instruction, static_cast<std::uint32_t>(distance)));
  return fits(distance, 25, Range::with_sign);
}

}  // namespace kbx::link
