#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// True for a line in which a compiler, a checker or modpost warns.
bool is_warning(std::string_view line);

/// The first error in what a command printed: the first line that says that it is one, else the
/// last line. Names of files below one of `folders` lose it.
Fault first_fault(std::string_view words, const std::vector<std::string>& folders);

}  // namespace kbx::matrix
