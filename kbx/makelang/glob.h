#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::makelang {

/// The files that a shell pattern stands for, sorted, as glob(3) gives them: `pattern` relative to
/// `folder` or absolute, `*`, `?` and `[…]` in any part, names with a leading dot only by patterns
/// with one, backslash quotes. Empty if there are none.
std::vector<std::string> glob(std::string_view pattern, const std::string& folder);

/// True if `text` has a character that makes it a shell pattern.
bool has_wildcard(std::string_view text);

}  // namespace kbx::makelang
