#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// The forms of a PLT: with 28 bits of distance to the GOT, with 32 (--long-plt), and of Thumb code
/// for processors that have no other.
enum class ArmPlt : std::uint8_t { near, far, thumb };

/// Bytes of the table's first entry and of the others.
constexpr std::uint32_t arm_plt_header_size(ArmPlt plt) {
  return plt == ArmPlt::thumb ? 16 : 20;
}
constexpr std::uint32_t arm_plt_entry_size(ArmPlt plt) {
  return plt == ArmPlt::near ? 12 : 16;
}

/// `big_code` and `big_data`: the byte order of instructions and of words; they differ in BE8.
template <ArmPlt plt, bool big_code, bool big_data>
void write_arm_plt_header(const PltPlace& place);
template <ArmPlt plt, bool big_code, bool big_data>
void write_arm_plt_entry(const PltPlace& place);

}  // namespace kbx::link
