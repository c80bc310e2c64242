#include "kbx/link/arch/field.h"

#include <algorithm>
#include <string_view>

#include <elf.h>

#include "kbx/link/arch/field_ranges.h"

namespace kbx::link {
namespace {

constexpr Field none{};
constexpr Field byte1{1, 0xff};
constexpr Field byte2{2, 0xffff};
constexpr Field byte4{4, 0xffffffff};
constexpr Field byte8{8, ~std::uint64_t{0}};

/// By type, after the System V ABI, AMD64 Architecture Processor Supplement, table 4.10.
constexpr Field x86_64_fields[] = {
    none,  byte8, byte4, byte4, byte4, byte4, byte8, byte8, byte8, byte4, byte4,
    byte4, byte2, byte2, byte1, byte1, byte8, byte8, byte8, byte4, byte4, byte4,
    byte4, byte4, byte8, byte8, byte4, byte8, byte8, byte8, byte8, byte8, byte4,
    byte8, byte4, none,  byte8, byte8, byte8, byte4, byte4, byte4, byte4,
};

/// By type, after the System V ABI, Intel386 Architecture Processor Supplement.
constexpr Field i386_fields[] = {
    none,  byte4, byte4, byte4, byte4, byte4, byte4, byte4, byte4, byte4, byte4,
    none,  none,  none,  byte4, byte4, byte4, byte4, byte4, byte4, byte2, byte2,
    byte1, byte1, byte4, none,  none,  none,  byte4, none,  none,  none,  byte4,
    byte4, byte4, byte4, byte4, byte4, byte4, byte4, none,  byte4, byte4, byte4,
};

template <std::size_t Count>
Field at(const Field (&fields)[Count], std::uint32_t type) {
  return type < Count ? fields[type] : none;
}

/// No-operations of one to ten bytes, after Intel's and AMD's optimization manuals.
constexpr std::string_view nops[] = {
    {"\x90", 1},
    {"\x66\x90", 2},
    {"\x0f\x1f\x00", 3},
    {"\x0f\x1f\x40\x00", 4},
    {"\x0f\x1f\x44\x00\x00", 5},
    {"\x66\x0f\x1f\x44\x00\x00", 6},
    {"\x0f\x1f\x80\x00\x00\x00\x00", 7},
    {"\x0f\x1f\x84\x00\x00\x00\x00\x00", 8},
    {"\x66\x0f\x1f\x84\x00\x00\x00\x00\x00", 9},
    {"\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00", 10},
};

std::string x86_fill(std::uint64_t size, std::size_t longest) {
  std::string fill;
  fill.reserve(static_cast<std::size_t>(size));
  while (size != 0) {
    const auto length = std::min<std::uint64_t>(size, longest);
    fill += nops[length - 1];
    size -= length;
  }
  return fill;
}

/// Which bits of four bytes an ARM relocation uses, after the ELF for the Arm Architecture, table
/// "Relocation codes".
std::uint32_t arm_mask(std::uint32_t type) {
  switch (type) {
    case R_ARM_NONE:
    case R_ARM_V4BX:
      return 0;
    case R_ARM_ABS16:
      return 0xffff;
    case R_ARM_ABS12:
      return 0xfff;
    case R_ARM_ABS8:
      return 0xff;
    case R_ARM_PC24:
    case R_ARM_PLT32:
    case R_ARM_CALL:
    case R_ARM_JUMP24:
      return 0x00ffffff;
    case R_ARM_PREL31:
      return 0x7fffffff;
    case R_ARM_MOVW_ABS_NC:
    case R_ARM_MOVT_ABS:
    case R_ARM_MOVW_PREL_NC:
    case R_ARM_MOVT_PREL:
      return 0x000f0fff;
    case R_ARM_THM_MOVW_ABS_NC:
    case R_ARM_THM_MOVT_ABS:
    case R_ARM_THM_MOVW_PREL_NC:
    case R_ARM_THM_MOVT_PREL:
      return 0x040f70ff;
    default:
      return 0xffffffff;
  }
}

}  // namespace

bool has_instruction_addends(std::uint16_t machine) {
  return machine == EM_ARM;
}

bool is_two_halves(std::uint32_t type) {
  return type == R_ARM_THM_PC22 || type == R_ARM_THM_JUMP24;
}

std::uint32_t add_in_instruction(std::uint32_t type, std::uint32_t bytes, std::uint32_t increment) {
  if (is_two_halves(type)) {
    const std::uint32_t addend = ((bytes >> 16 & 0x7ff) << 12 | (bytes & 0x7ff) << 1) + increment;
    return (bytes & 0xf800f800) | (addend >> 12 & 0x7ff) << 16 | (addend >> 1 & 0x7ff);
  }
  const std::uint32_t mask = arm_mask(type);
  const bool counts_words =
      type == R_ARM_PC24 || type == R_ARM_PLT32 || type == R_ARM_CALL || type == R_ARM_JUMP24;
  const std::uint32_t addend =
      counts_words ? ((bytes & mask) * 4 + increment) >> 2 : (bytes & mask) + increment;
  return (bytes & ~mask) | (addend & mask);
}

Field field_of(std::uint16_t machine, std::uint32_t type) {
  switch (machine) {
    case EM_X86_64:
      return at(x86_64_fields, type);
    case EM_386:
      return at(i386_fields, type);
    case EM_ARM:
      return arm_mask(type) == 0 ? none : Field{4, arm_mask(type)};
    default:
      return ranged_field(machine, type);
  }
}

std::string code_fill(std::uint16_t machine, bool is_big_endian, std::uint64_t size) {
  if (machine == EM_X86_64) return x86_fill(size, 10);
  if (machine == EM_386) return x86_fill(size, 2);
  std::string fill(static_cast<std::size_t>(size), '\0');
  if ((machine == EM_PPC64 || machine == EM_PPC) && size % 4 == 0)
    for (std::size_t i = 0; i < fill.size(); i += 4) fill[is_big_endian ? i : i + 3] = 0x60;
  return fill;
}

}  // namespace kbx::link
