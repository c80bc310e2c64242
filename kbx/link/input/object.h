#pragma once
#include <string>
#include <string_view>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/format.h"

namespace kbx::link {

/// True if `content` starts as an ELF file does.
bool is_elf(std::string_view content);

/// Reads an ELF object into `file`, which must not move afterwards: its sections, symbols, groups
/// and properties. Nothing in it is believed that would reach outside of `content`. Sections are
/// made in `arena`. `path` is for messages, `name` is what its STT_FILE symbol will say if it has
/// none. Throws Error if it is no object that can be linked.
void read_object(std::string_view content, std::string path, std::string name, Arena& arena,
                 InputFile& file);

/// Makes of any file an object with one section .data and the symbols _binary_NAME_start, _end and
/// _size, as -b binary asks for.
void wrap_binary(std::string_view content, const std::string& path, const MachineFormat& format,
                 Arena& arena, InputFile& file);

/// A section that the linker makes, at the end of the file's.
InputSection* add_section(InputFile& file, std::string_view name, Traits traits, Arena& arena);

}  // namespace kbx::link
