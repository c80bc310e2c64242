#pragma once
#include <cstdint>
#include <string_view>

namespace kbx::link {

/// What a section's name alone says of it, before anything is put into it.
struct SpecialSection {
  std::uint32_t type;   // SHT_*
  std::uint64_t flags;  // SHF_*
};

/// What the gABI's table "Special Sections" and its GNU relatives say of `name`, or null.
const SpecialSection* special_section(std::string_view name);

/// True if the machine's relocations carry their addends (SHT_RELA).
bool uses_rela_by_default(std::uint16_t machine);

/// True if an object that says nothing of its stack wants to execute it.
bool executable_stack_by_default(std::uint16_t machine);

}  // namespace kbx::link
