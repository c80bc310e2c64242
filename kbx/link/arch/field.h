#pragma once
#include <cstdint>
#include <string>

namespace kbx::link {

/// What a relocation changes: how many bytes, and which of their bits.
struct Field {
  std::uint8_t size = 0;  // 0: nothing, or the type is not known
  std::uint64_t mask = 0;
};

/// The field of a relocation type of a machine, from its processor supplement of the ABI. For MIPS
/// with 64 bits `type` holds three types, the first one in the lowest byte.
Field field_of(std::uint16_t machine, std::uint32_t type);

/// True if `machine` keeps addends in instructions in ways that need add_in_instruction.
bool has_instruction_addends(std::uint16_t machine);

/// The four bytes at an ARM relocation without an addend of its own, with `increment` added to the
/// addend that they hold; what GNU ld 2.40's -r does. Of is_two_halves the first is the upper one.
std::uint32_t add_in_instruction(std::uint32_t type, std::uint32_t bytes, std::uint32_t increment);

/// True if the instruction is two halves of 16 bits, the upper one first.
bool is_two_halves(std::uint32_t type);

/// What GNU ld puts into gaps between code: `size` bytes that do nothing when they are run.
std::string code_fill(std::uint16_t machine, bool is_big_endian, std::uint64_t size);

}  // namespace kbx::link
