#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/kernel/tree.h"

namespace kbx::kernel {

/// The folders in which a module of this kernel finds what it includes with <...>, those of user
/// space's interface last. Some need not exist.
std::vector<std::string> header_folders(const Tree& tree);

/// Where a header declares or defines a name.
struct Declaration {
  std::string file;      // absolute
  std::string included;  // as #include <...> has it
  size_t line = 0;       // from 1
};

/// Looks through all headers of `folders` for declarations of names: functions, variables, macros,
/// types, constants. Of several the one that a driver is likeliest to mean (below linux/, in the
/// shorter path). Names without any are not in the result. Headers that cannot be read are passed
/// over. This reads all of them (some 37 MB): for what has failed already.
std::map<std::string, Declaration, std::less<>> find_declarations(
    const std::vector<std::string>& folders, const std::vector<std::string>& names);

/// True if some folder has this header, "linux/fs.h".
bool has_header(const std::vector<std::string>& folders, std::string_view header);

/// Headers below `folders` with the same last name as `header`, as they are included; in the order
/// of their names.
std::vector<std::string> headers_called(const std::vector<std::string>& folders,
                                        std::string_view header);

}  // namespace kbx::kernel
