#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kbx/elf/object.h"

namespace kbx::elf {

/// An entry of a relocation section.
struct Relocation {
  std::uint64_t offset = 0;        // in the section that is changed
  std::uint32_t type = 0;          // R_*, of the object's machine
  const Symbol* symbol = nullptr;  // null for symbol 0
  bool has_addend = false;         // false for SHT_REL, whose addend lies in the section
  std::int64_t addend = 0;
};

/// The entries of `section`, a section of `object` of type SHT_REL or SHT_RELA, in their order.
/// Knows that 64-bit MIPS splits r_info its own way (MIPS64 ELF specification, 2.9); of the up to
/// three types of such an entry only the first is given. `path` is for messages. Throws Error if an
/// entry names a symbol that does not exist.
std::vector<Relocation> read_relocations(const Object& object, const Section& section,
                                         const std::string& path);

}  // namespace kbx::elf
