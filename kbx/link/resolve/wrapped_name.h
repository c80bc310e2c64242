#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// --wrap: what a reference to `name` refers to: `__wrap_f` where that is a wrapped `f`, `f` where
/// it is `__real_f`, else `name` itself.
inline std::string wrapped_name(const std::vector<std::string>& wrapped, std::string_view name) {
  constexpr std::string_view real = "__real_";
  for (const std::string& symbol : wrapped) {
    if (name == symbol) return "__wrap_" + symbol;
    if (name.starts_with(real) && name.substr(real.size()) == symbol) return symbol;
  }
  return std::string(name);
}

}  // namespace kbx::link
