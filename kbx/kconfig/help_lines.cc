// Help texts.
//
// A tree of menus has megabytes of them, of which a run shows a few if any. So the reader only
// finds out where one ends, and what is shown is made of it when it is asked for.

#include "kbx/kconfig/help_lines.h"

#include <algorithm>

#include "kbx/base/text.h"

namespace kbx::kconfig {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Moves `at` behind the blanks there; how many columns they take.
int skip_blanks(std::string_view content, std::size_t& at) {
  int columns = 0;
  for (; at < content.size() && is_blank(content[at]); ++at)
    columns = content[at] == '\t' ? (columns & ~7) + 8 : columns + 1;
  return columns;
}

std::size_t line_end(std::string_view content, std::size_t at) {
  return std::min(content.find('\n', at), content.size());
}

}  // namespace

HelpExtent measure_help(std::string_view content) {
  int first = 0;  // columns in front of the first line
  int lines = 0;
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t start = at;
    const int columns = skip_blanks(content, at);
    if (at < content.size() && content[at] == '\n') {
      ++lines;
      ++at;
      if (at < content.size() && content[at] != '\n' && !is_blank(content[at]))
        return {start, at, lines};
      continue;
    }
    if (first != 0 && at > start && columns < first) return {start, at, lines};
    if (first == 0) first = columns;
    at = line_end(content, at);
  }
  return {at, at, lines};
}

std::string shown_help(std::string_view help) {
  std::string text;
  int first = 0;
  for (std::size_t at = 0; at < help.size();) {
    const int columns = skip_blanks(help, at);
    const std::size_t end = line_end(help, at);
    std::string_view line = help.substr(at, end - at);
    const bool is_last = end == help.size();
    if (first != 0 && columns > first && (is_last || !line.empty()))
      text.append(static_cast<std::size_t>(columns - first), ' ');
    if (first == 0 && !line.empty()) first = columns;
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    text += line;
    if (!is_last) text += '\n';
    at = end + 1;
  }
  return text.substr(0, text.find('\0'));
}

bool is_blank_help(std::string_view help) {
  return trim(help.substr(0, help.find('\0'))).empty();
}

}  // namespace kbx::kconfig
