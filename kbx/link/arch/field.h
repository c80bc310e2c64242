#pragma once
#include <cstdint>
#include <string>

namespace kbx::link {

/// What a relocation changes: how many bytes, and which of their bits.
struct Field {
  std::uint8_t size = 0;  // 0: nothing, or the type is not known
  bool is_pc_relative = false;
  std::uint64_t mask = 0;
};

/// The field of a relocation type of a machine, from its processor supplement of the ABI.
Field field_of(std::uint16_t machine, std::uint32_t type);

/// What GNU ld puts into gaps between code: `size` bytes that do nothing when they are run.
std::string code_fill(std::uint16_t machine, std::uint64_t size);

}  // namespace kbx::link
