#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace kbx {

/// How many characters one has to insert, delete, replace or swap with the next to make `b` of `a`;
/// nothing if more than `most`.
std::optional<size_t> edit_distance(std::string_view a, std::string_view b, size_t most);

}  // namespace kbx
