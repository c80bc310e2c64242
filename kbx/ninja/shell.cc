#include "kbx/ninja/shell.h"

#include <algorithm>
#include <array>
#include <vector>

#include "kbx/base/text.h"

namespace kbx::ninja {
namespace {

/// Calls `visit(position)` for each byte that is neither quoted nor escaped, until it gives false.
/// Inside double quotes only what starts a substitution is visited.
template <typename Visit>
void for_each_bare(std::string_view text, Visit visit) {
  char quote = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\'') {
      if (c == '\'') quote = 0;
    } else if (c == '\\') {
      ++at;
    } else if (quote == '"') {
      if (c == '"') quote = 0;
      const bool substitutes =
          c == '`' || (c == '$' && at + 1 < text.size() && text[at + 1] == '(');
      if (substitutes && !visit(at)) return;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (!visit(at)) {
      return;
    }
  }
}

bool joins_commands(char c) {
  return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '`' || c == '\n' ||
         c == '$';
}

std::string_view first_word(std::string_view text) {
  text = trim(text);
  size_t size = 0;
  while (size < text.size() && !is_space(text[size])) ++size;
  return text.substr(0, size);
}

bool changes_the_shell(std::string_view word) {
  constexpr std::array words = {"!",      ".",    ":",     "alias",  "break",  "case",  "cd",
                                "eval",   "exec", "exit",  "export", "for",    "if",    "read",
                                "return", "set",  "shift", "trap",   "ulimit", "umask", "unset",
                                "until",  "wait", "while", "{",      "}",      "local", "readonly"};
  return std::ranges::find(words, word) != words.end() || word.find('=') != std::string_view::npos;
}

}  // namespace

bool is_plain_command(std::string_view text) {
  const std::string_view first = first_word(text);
  if (first.empty() || changes_the_shell(first) || text.ends_with('\\')) return false;
  bool plain = true;
  for_each_bare(text, [&](size_t at) {
    const bool joins = joins_commands(text[at]);
    // "$@" and "$VARIABLE" are harmless, "$(" is not; "2>&1" joins nothing.
    const bool harmless = (text[at] == '$' && (at + 1 == text.size() || text[at + 1] != '(')) ||
                          (text[at] == '&' && at > 0 && text[at - 1] == '>');
    plain = !joins || harmless;
    return plain;
  });
  return plain;
}

bool is_plain_list(std::string_view text) {
  text = trim(text);
  if (text.starts_with("{ ")) {
    const size_t end = text.rfind('}');
    const auto words = split_words(text.substr(end + 1));
    const bool is_redirected = words.size() == 2 && (words[0] == ">" || words[0] == ">>") &&
                               words[1].find_first_of("\"'\\;&|<>()`$*?[~#") == text.npos;
    return is_redirected && trim(text.substr(0, end)).ends_with(';') &&
           is_plain_list(text.substr(2, end - 2));
  }
  std::vector<size_t> ends;
  for_each_bare(text, [&](size_t at) {
    if (text[at] == ';' || text[at] == '|') ends.push_back(at);
    return true;
  });
  if (!text.ends_with(';')) ends.push_back(text.size());
  size_t start = 0;
  for (const size_t end : ends) {
    if (!is_plain_command(text.substr(start, end - start))) return false;
    start = end + 1;
  }
  return true;
}

bool needs_own_lines(std::string_view text) {
  if (text.find('\n') != std::string_view::npos || text.ends_with('\\')) return true;
  bool found = false;
  for_each_bare(text, [&](size_t at) {
    constexpr std::string_view before_word = " \t;&|()";
    found =
        text[at] == '#' && (at == 0 || before_word.find(text[at - 1]) != std::string_view::npos);
    return !found;
  });
  return found;
}

std::string_view first_command(std::string_view text) {
  size_t end = text.size();
  for_each_bare(text, [&](size_t at) {
    const bool ends =
        text[at] == ';' || text[at] == '|' || (text[at] == '&' && (at == 0 || text[at - 1] != '>'));
    if (ends) end = at;
    return !ends;
  });
  return trim(text.substr(0, end));
}

}  // namespace kbx::ninja
