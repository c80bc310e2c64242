#pragma once
#include <optional>
#include <string>

namespace kbx {

/// The target of a symbolic link, or nothing if `path` is not one.
std::optional<std::string> read_link(const std::string& path);

/// Makes `link` a symbolic link with the text `target`. What has the name is replaced, so that
/// there is a link at every moment; one that says the same already stays. Throws Error.
void place_link(const std::string& target, const std::string& link);

}  // namespace kbx
