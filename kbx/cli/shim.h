#pragma once
#include <optional>
#include <string>
#include <vector>

namespace kbx::cli {

/// What a program called `make` (or `gmake`) does that is a link in the shim's folder: a call for
/// kernel modules is kbx make's, any other becomes the make that comes next in PATH. Nothing if
/// `arguments` (the program first) were not called through such a link.
std::optional<int> run_as_shim(const std::vector<std::string>& arguments);

/// PATH with the shim's folder in front, once; the folder is made where it is missing. Throws Error
/// if it cannot be.
std::string path_with_shim();

}  // namespace kbx::cli
