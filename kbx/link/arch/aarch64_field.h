#pragma once
#include <cstdint>

#include "kbx/link/arch/relocation_type.h"

namespace kbx::link {

/// Where an A64 instruction, or data, keeps a value.
enum class A64Form : std::uint8_t {
  data,
  branch,       // 26 bits: b, bl
  literal,      // 19 bits: b.cond, cbz
  load,         // … ldr (literal): no bits may be lost
  test_branch,  // 14 bits: tbz
  address,      // 21 bits in two parts: adr, adrp
  add,          // 12 bits: add (immediate)
  offset,       // 12 bits: ldr and str (unsigned offset): no bits may be lost
  move,         // 16 bits: movz, movk
  move_signed,  // 16 bits: movz, or movn of a negative number's complement
};

/// How a value gets into its place.
struct A64Field {
  A64Form form = A64Form::data;
  std::uint8_t shift = 0;                  // lowest bits that are left out
  std::uint8_t bits = 0;                   // how many behind them are checked, by the type's range
  std::uint64_t mask = ~std::uint64_t{0};  // what of the value counts
};

/// The instruction with the value, already shifted, in its place.
std::uint32_t a64_with(std::uint32_t instruction, A64Form form, std::int64_t value);

/// Writes the value of a relocation of `size` bytes; instructions are little-endian always.
Fit write_a64(const Patch& patch, unsigned size, const A64Field& field, Range range,
              bool is_big_endian);

}  // namespace kbx::link
