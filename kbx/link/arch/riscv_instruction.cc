#include "kbx/link/arch/riscv_instruction.h"

/// Values in RISC-V instructions (The RISC-V Instruction Set Manual, volume I, "Immediate Encoding
/// Variants", and the chapter on compressed instructions). Instructions of twelve bits have a sign,
/// so what is in front of them is rounded to the nearest multiple of 4096.
namespace kbx::link {
namespace {

constexpr std::uint32_t field(std::uint64_t value, unsigned from, unsigned count, unsigned to) {
  return static_cast<std::uint32_t>(value >> from & ((std::uint64_t{1} << count) - 1)) << to;
}

constexpr std::uint64_t upper_part(std::uint64_t value) {
  return (value + 0x800) & ~std::uint64_t{0xfff};
}

std::uint32_t branch_bits(std::uint64_t value) {
  return field(value, 12, 1, 31) | field(value, 5, 6, 25) | field(value, 1, 4, 8) |
         field(value, 11, 1, 7);
}

std::uint32_t jump_bits(std::uint64_t value) {
  return field(value, 20, 1, 31) | field(value, 1, 10, 21) | field(value, 11, 1, 20) |
         field(value, 12, 8, 12);
}

std::uint32_t compressed_branch_bits(std::uint64_t value) {
  return field(value, 8, 1, 12) | field(value, 3, 2, 10) | field(value, 6, 2, 5) |
         field(value, 1, 2, 3) | field(value, 5, 1, 2);
}

std::uint32_t compressed_jump_bits(std::uint64_t value) {
  return field(value, 11, 1, 12) | field(value, 4, 1, 11) | field(value, 8, 2, 9) |
         field(value, 10, 1, 8) | field(value, 6, 1, 7) | field(value, 7, 1, 6) |
         field(value, 1, 3, 3) | field(value, 5, 1, 2);
}

std::uint32_t read(const char* place, unsigned size) {
  return static_cast<std::uint32_t>(read_little(place, size));
}

Fit write_branch(const Patch& patch, RiscvForm form, unsigned size, unsigned bits) {
  if (patch.room < size) return Fit::no_match;
  write_little(patch.place, riscv_with(read(patch.place, size), form, patch.value), size);
  return (patch.value & 1) == 0 && fits(patch.value, bits, Range::with_sign) ? Fit::fits
                                                                             : Fit::overflows;
}

Fit write_immediate(const Patch& patch, RiscvForm form) {
  if (patch.room < 4) return Fit::no_match;
  write_little(patch.place, riscv_with(read(patch.place, 4), form, patch.value), 4);
  return fits(patch.value, 12, Range::with_sign) ? Fit::fits : Fit::overflows;
}

Fit write_upper(const Patch& patch, RiscvForm form, bool is_32bit) {
  write_little(patch.place, riscv_with(read(patch.place, 4), form, patch.value), 4);
  return reaches_upper(patch.value, is_32bit) ? Fit::fits : Fit::overflows;
}

Fit write_call(const Patch& patch, bool is_32bit) {
  if (patch.room < 8) return Fit::no_match;
  char* const jalr = patch.place + 4;
  write_little(jalr, riscv_with(read(jalr, 4), RiscvForm::lower, patch.value), 4);
  return write_upper(patch, RiscvForm::upper, is_32bit);
}

/// c.lui cannot be 0; c.li can.
Fit write_compressed_upper(const Patch& patch) {
  if (patch.room < 2) return Fit::no_match;
  constexpr std::uint32_t is_lui = 0x2000;
  const std::uint64_t value = upper_part(patch.value);
  std::uint32_t instruction = read(patch.place, 2);
  if (value == 0) instruction &= ~is_lui;
  write_little(patch.place, riscv_with(instruction, RiscvForm::compressed_upper, value), 2);
  return fits(value, 18, Range::with_sign) ? Fit::fits : Fit::overflows;
}

/// `bits` bits of data, of which the others stay: six bits of a byte of .eh_frame.
Fit write_data(const Patch& patch, RiscvForm form, unsigned bits) {
  const unsigned size = (bits + 7) / 8;
  if (patch.room < size) return Fit::no_match;
  const std::uint64_t before = read_little(patch.place, size);
  std::uint64_t value = patch.value;
  if (form == RiscvForm::add) value = before + value;
  if (form == RiscvForm::subtract) value = before - value;
  const std::uint64_t mask = bits < 64 ? (std::uint64_t{1} << bits) - 1 : ~std::uint64_t{0};
  write_little(patch.place, (before & ~mask) | (value & mask), size);
  return Fit::fits;
}

/// A number of seven bits a byte, lowest first, as many bytes as stand there. Of an address, which
/// may be longer, the rest is left out until what is subtracted takes it away.
Fit write_uleb128(const Patch& patch, bool subtracts) {
  std::uint64_t before = 0;
  std::uint64_t length = 0;
  do {
    if (length == patch.room) return Fit::no_match;
    if (length < 9)
      before |= (static_cast<std::uint64_t>(patch.place[length]) & 0x7f) << 7 * length;
  } while ((patch.place[length++] & 0x80) != 0);
  std::uint64_t value = subtracts ? before - patch.value : patch.value;
  for (std::uint64_t i = 0; i < length; ++i, value >>= 7)
    patch.place[i] = static_cast<char>((value & 0x7f) | (i + 1 < length ? 0x80 : 0));
  return Fit::fits;
}

}  // namespace

bool reaches_upper(std::uint64_t value, bool is_32bit) {
  return is_32bit || fits(upper_part(value), 32, Range::with_sign);
}

std::uint32_t riscv_with(std::uint32_t instruction, RiscvForm form, std::uint64_t value) {
  switch (form) {
    case RiscvForm::upper:
    case RiscvForm::call:
      return (instruction & 0xfff) | field(value + 0x800, 12, 20, 12);
    case RiscvForm::lower:
    case RiscvForm::immediate:
      return (instruction & 0xfffff) | field(value, 0, 12, 20);
    case RiscvForm::lower_store:
    case RiscvForm::immediate_store:
      return (instruction & 0x1fff07f) | field(value, 5, 7, 25) | field(value, 0, 5, 7);
    case RiscvForm::jump:
      return (instruction & 0xfff) | jump_bits(value);
    case RiscvForm::branch:
      return (instruction & 0x1fff07f) | branch_bits(value);
    case RiscvForm::compressed_jump:
      return (instruction & 0xe003) | compressed_jump_bits(value);
    case RiscvForm::compressed_branch:
      return (instruction & 0xe383) | compressed_branch_bits(value);
    case RiscvForm::compressed_upper:
      return (instruction & 0xef83) | field(value, 17, 1, 12) | field(value, 12, 5, 2);
    default:
      return instruction;
  }
}

Fit write_riscv(const Patch& patch, RiscvForm form, unsigned bits, bool is_32bit) {
  Patch cut = patch;
  if (is_32bit) cut.value = static_cast<std::uint64_t>(with_sign(patch.value, 32));
  switch (form) {
    case RiscvForm::none:
      return Fit::fits;
    case RiscvForm::data:
    case RiscvForm::add:
    case RiscvForm::subtract:
      return write_data(cut, form, bits);
    case RiscvForm::set_uleb128:
      return write_uleb128(cut, false);
    case RiscvForm::subtract_uleb128:
      return write_uleb128(cut, true);
    case RiscvForm::upper:
      return patch.room < 4 ? Fit::no_match : write_upper(cut, form, is_32bit);
    case RiscvForm::lower:
    case RiscvForm::lower_store:
      if (patch.room < 4) return Fit::no_match;
      write_little(patch.place, riscv_with(read(patch.place, 4), form, cut.value), 4);
      return Fit::fits;
    case RiscvForm::immediate:
    case RiscvForm::immediate_store:
      return write_immediate(cut, form);
    case RiscvForm::call:
      return write_call(cut, is_32bit);
    case RiscvForm::jump:
      return write_branch(cut, form, 4, 21);
    case RiscvForm::branch:
      return write_branch(cut, form, 4, 13);
    case RiscvForm::compressed_jump:
      return write_branch(cut, form, 2, 12);
    case RiscvForm::compressed_branch:
      return write_branch(cut, form, 2, 9);
    case RiscvForm::compressed_upper:
      return write_compressed_upper(cut);
  }
  return Fit::no_match;
}

}  // namespace kbx::link
