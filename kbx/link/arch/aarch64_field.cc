#include "kbx/link/arch/aarch64_field.h"

namespace kbx::link {
namespace {

constexpr std::uint32_t with_bits(std::uint32_t instruction, unsigned from, unsigned count,
                                  std::uint32_t value) {
  const std::uint32_t mask = ((1U << count) - 1) << from;
  return (instruction & ~mask) | (value << from & mask);
}

void write_big(char* place, std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) place[size - 1 - i] = static_cast<char>(value >> 8 * i);
}

constexpr std::uint32_t is_movz = 1U << 30;  // of movz and movn

}  // namespace

std::uint32_t a64_with(std::uint32_t instruction, A64Form form, std::int64_t value) {
  const auto number = static_cast<std::uint32_t>(value);
  switch (form) {
    case A64Form::data:
      break;
    case A64Form::branch:
      return with_bits(instruction, 0, 26, number);
    case A64Form::literal:
    case A64Form::load:
      return with_bits(instruction, 5, 19, number);
    case A64Form::test_branch:
      return with_bits(instruction, 5, 14, number);
    case A64Form::address:
      return with_bits(with_bits(instruction, 29, 2, number), 5, 19, number >> 2);
    case A64Form::add:
    case A64Form::offset:
      return with_bits(instruction, 10, 12, number);
    case A64Form::move:
      return with_bits(instruction, 5, 16, number);
    case A64Form::move_signed:
      if (value < 0) return with_bits(instruction & ~is_movz, 5, 16, ~number);
      return with_bits(instruction | is_movz, 5, 16, number);
  }
  return instruction;
}

Fit write_a64(const Patch& patch, unsigned size, const A64Field& field, Range range,
              bool is_big_endian) {
  if (patch.room < size) return Fit::no_match;
  const std::uint64_t value = patch.value & field.mask;
  if (field.form == A64Form::data) {
    if (is_big_endian)
      write_big(patch.place, value, size);
    else
      write_little(patch.place, value, size);
  } else {
    const auto instruction = static_cast<std::uint32_t>(read_little(patch.place, 4));
    const std::int64_t shifted = static_cast<std::int64_t>(value) >> field.shift;
    write_little(patch.place, a64_with(instruction, field.form, shifted), 4);
    const bool needs_all = field.form == A64Form::offset || field.form == A64Form::load;
    if (needs_all && (value & ((std::uint64_t{1} << field.shift) - 1)) != 0) return Fit::misaligned;
  }
  return fits(value, field.bits + field.shift, range) ? Fit::fits : Fit::overflows;
}

}  // namespace kbx::link
