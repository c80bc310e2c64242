#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace kbx {

/// How many characters one has to insert, delete, replace or swap with the next to make `b` of `a`;
/// nothing if more than `most`.
std::optional<size_t> edit_distance(std::string_view a, std::string_view b, size_t most);

/// The name that differs least from `word`, by at most two characters and fewer than it has; the
/// first of several; "" if there is none.
std::string_view closest_name(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace kbx
