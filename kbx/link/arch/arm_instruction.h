#pragma once
#include <cstdint>

#include "kbx/link/arch/relocation_type.h"

namespace kbx::link {

/// Where an ARM or Thumb instruction, or data, keeps a value.
enum class ArmForm : std::uint8_t {
  none,
  data,          // 8, 16 or 32 bits
  data31,        // 31 bits of 32
  offset12,      // ldr, str: 12 bits without a sign
  branch,        // b, conditional bl: 24 bits
  call,          // bl or blx: 24 bits
  bx,            // bx, which --fix-v4bx replaces
  move_low,      // movw
  move_high,     // movt
  group,         // add, sub of the PC: a rotated part of the value
  group_load,    // ldr, str: 12 bits, what earlier parts have left
  group_load8,   // ldrd, ldrh …: 8 bits, what earlier parts have left
  group_words,   // ldc, stc: the same in words
  thumb_call,    // bl or blx
  thumb_branch,  // b.w
  thumb_branch19,
  thumb_branch11,
  thumb_branch8,
  thumb_branch6,  // cbz
  thumb_move_low,
  thumb_move_high,
  thumb_load8,   // ldr of the PC
  thumb_load12,  // ldr.w of the PC
  thumb_byte,    // movs, adds: one byte of an address
  thumb_add12,   // addw, subw of the PC
};

/// How an input's byte order has instructions and data.
struct ArmBytes {
  bool is_big_endian = false;

  std::uint32_t read16(const char* place) const;
  std::uint32_t read32(const char* place) const;
  /// A Thumb instruction of two halves, the upper one first.
  std::uint32_t read_halves(const char* place) const;
  void write16(char* place, std::uint32_t value) const;
  void write32(char* place, std::uint32_t value) const;
  void write_halves(char* place, std::uint32_t value) const;
};

/// True if the first half of a Thumb instruction has a second one (Arm ARM, "Thumb instruction set
/// encoding").
constexpr bool is_wide_thumb(std::uint32_t first) {
  return (first & 0xe000) == 0xe000 && (first & 0x1800) != 0;
}

/// The addend in an instruction or a word of data.
std::int64_t arm_addend(const ArmBytes& bytes, ArmForm form, unsigned size, const char* place);

/// A Thumb branch of 32 bits, unconditional and conditional, with another distance.
std::uint32_t with_thumb_branch(std::uint32_t instruction, std::uint32_t value);
std::uint32_t with_thumb_branch19(std::uint32_t instruction, std::uint32_t value);

/// Writes a value, but for those of branches: see arm_branch.h. `group` counts a group relocation's
/// parts from 0; with `is_checked` what is left of the value behind its part does not fit.
Fit write_arm(const ArmBytes& bytes, const Patch& patch, ArmForm form, unsigned size, Range range,
              unsigned group, bool is_checked);

}  // namespace kbx::link
