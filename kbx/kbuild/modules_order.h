#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::kbuild {

/// The lines that kbuild's command for a modules.order writes. `lines_of` gives those of another
/// modules.order that the command takes in.
std::vector<std::string> modules_order_lines(
    std::string_view command,
    const std::function<const std::vector<std::string>&(const std::string& list)>& lines_of);

}  // namespace kbx::kbuild
