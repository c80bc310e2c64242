#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/symbols/dialect.h"

/// The files that kbuild leaves beside a module's objects and that modpost reads.
namespace kbx::symbols {

/// The objects that make up `module` (its path without suffix), as module.mod lists them. Throws
/// Error if that file cannot be read.
std::vector<std::string> objects_of(const std::string& module, const Dialect& dialect);

/// The name of the file with the saved command of `object`: dir/.name.o.cmd.
std::string command_file_of(const std::string& object);

/// The CRCs that genksyms left in `object`'s .cmd file, by symbol: lines "#SYMVER name 0x…".
std::vector<std::pair<std::string, std::uint32_t>> recorded_crcs(const std::string& object);

/// What MODULE_INFO(srcversion) shows: an MD4 digest of the sources of all `objects`, the file each
/// was compiled from and those of its folder that it includes, without white space and comments.
/// 23 digits, since the kernel's modpost has room for no more (scripts/mod/sumversion.c). Throws
/// Error if a file cannot be read.
std::string source_version(const std::vector<std::string>& objects);

}  // namespace kbx::symbols
