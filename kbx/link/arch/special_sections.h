#pragma once
#include <cstdint>
#include <string_view>

#include <elf.h>

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

/// True if -X is the default: where addresses of labels change by relaxation, the assembler keeps
/// its own in the symbol table.
bool drops_temporary_labels(std::uint16_t machine);

/// True if GNU ld has a file of its own for veneers, in front of all others, whether there are any
/// or not.
bool has_veneer_file(std::uint16_t machine);

/// What the machine's supplement of the ABI wants in the header of a section of that name.
void set_machine_header(std::uint16_t machine, std::string_view name, Elf64_Shdr& header);

/// The st_other of a symbol that had `other` so far and is seen again with `seen`; visibility is
/// not looked at.
std::uint8_t merged_other(std::uint16_t machine, std::uint8_t other, std::uint8_t seen,
                          bool is_definition);

}  // namespace kbx::link
