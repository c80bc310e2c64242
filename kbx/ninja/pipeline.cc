#include "kbx/ninja/pipeline.h"

#include <string>

#include "kbx/base/text.h"

namespace kbx::ninja {
namespace {

/// Where a shell that reads `text` from `at` on finds a character that is not quoted and is one of
/// `wanted`; `text.size()` if nowhere, npos if a quote does not close. `is_plain` is cleared if a
/// character on the way is expanded by the shell.
size_t find_unquoted(std::string_view text, size_t at, std::string_view wanted, bool& is_plain) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (wanted.find(c) != std::string_view::npos) return at;
    if (c == '\\') {
      ++at;
    } else if (c == '\'') {
      at = text.find('\'', at + 1);
      if (at == std::string_view::npos) return at;
    } else if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '$' || text[at] == '`') is_plain = false;
        if (text[at] == '\\') ++at;
      }
      if (at >= text.size()) return std::string_view::npos;
    } else if (std::string_view("$`*?[~#{}!").find(c) != std::string_view::npos) {
      is_plain = false;
    }
  }
  return text.size();
}

constexpr std::string_view separators = "|&;()<>\n";

}  // namespace

Pipeline pipeline_into(std::string_view text, size_t right) {
  const std::string_view before = trim(text.substr(0, right));
  if (!before.ends_with('|') || before.ends_with("||")) return {};
  const size_t bar = static_cast<size_t>(before.data() + before.size() - text.data()) - 1;
  Pipeline pipeline;
  bool is_plain = true;
  char separator = ';';
  for (size_t at = 0;;) {
    is_plain = true;
    const size_t next = find_unquoted(text, at, separators, is_plain);
    if (next == std::string_view::npos || next > bar) return {};
    if (next == bar) {
      pipeline.begin = at;
      break;
    }
    separator = text[next];
    at = next + 1;
  }
  if (!is_plain || std::string_view(";&(\n").find(separator) == std::string_view::npos) return {};
  std::string_view left = text.substr(pipeline.begin, bar - pipeline.begin);
  for (;;) {
    left = trim(left);
    const std::string_view word = left.substr(0, left.find_first_of(" \t"));
    if (word != "then" && word != "else" && word != "do") break;
    left.remove_prefix(word.size());
  }
  pipeline.begin = static_cast<size_t>(left.data() - text.data());
  bool ignored = true;
  pipeline.end = find_unquoted(text, right, separators, ignored);
  if (pipeline.end == std::string_view::npos) return {};
  if (pipeline.end < text.size()) {
    // The digit of a redirected descriptor is no word; input from elsewhere is not the pipe's.
    const bool has_digit = text[pipeline.end - 1] >= '0' && text[pipeline.end - 1] <= '9';
    if (text[pipeline.end] == '<' || (text[pipeline.end] == '>' && has_digit)) return {};
    if (text.find('<', pipeline.end) != std::string_view::npos) return {};
  }
  pipeline.left = left;
  return pipeline;
}

}  // namespace kbx::ninja
