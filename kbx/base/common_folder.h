#pragma once
#include <string>
#include <vector>

namespace kbx {

/// The lowest folder that all of `folders` (normal, absolute, at least one) are or lie in.
std::string common_folder(const std::vector<std::string>& folders);

}  // namespace kbx
