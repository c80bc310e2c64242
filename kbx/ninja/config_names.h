#pragma once
#include <cstring>
#include <string_view>

#include "kbx/base/text.h"

namespace kbx::ninja {

/// Calls `found` with the NAME of every CONFIG_NAME in `text`, without the suffix that stands for
/// "built as a module".
template <typename Function>
void for_each_config(std::string_view text, Function found) {
  constexpr std::string_view mark = "CONFIG_";
  constexpr std::string_view module_suffix = "_MODULE";
  size_t from = 0;
  while (from < text.size()) {
    const void* hit = ::memmem(text.data() + from, text.size() - from, mark.data(), mark.size());
    if (!hit) return;
    const size_t at = static_cast<size_t>(static_cast<const char*>(hit) - text.data());
    from = at + mark.size();
    if (at > 0 && is_name_character(text[at - 1])) continue;
    size_t end = from;
    while (end < text.size() && is_name_character(text[end])) ++end;
    std::string_view name = text.substr(from, end - from);
    if (name.ends_with(module_suffix)) name.remove_suffix(module_suffix.size());
    if (!name.empty()) found(name);
    from = end;
  }
}

}  // namespace kbx::ninja
