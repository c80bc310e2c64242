#include "kbx/cpp/depfile.h"

#include <algorithm>
#include <string_view>

#include "kbx/base/path.h"

namespace kbx::cpp {
namespace {

constexpr std::size_t line_width = 72;

/// Adds a name to the rule, on a new line if it would become too long.
void add(std::string& rule, std::size_t& column, std::string_view name) {
  if (column > 0) {
    if (column + name.size() > line_width) {
      rule += " \\\n";
      column = 0;
    }
    rule += ' ';
    ++column;
  }
  rule += name;
  column += name.size();
}

/// Without "./" at its start.
std::string_view shortened(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
    while (path.starts_with('/')) path.remove_prefix(1);
  }
  return path;
}

}  // namespace

std::optional<std::string> preprocess_depfile(const std::string& source,
                                              const std::vector<ReadFile>& headers,
                                              bool names_system) {
  const std::string name = base_name(source);
  std::string rule;
  std::size_t column = 0;
  add(rule, column, name.substr(0, name.rfind('.')) + ".o");
  rule += ':';
  ++column;
  add(rule, column, shortened(source));
  for (const ReadFile& file : headers) {
    if (!file.is_system || names_system) add(rule, column, shortened(file.path));
  }
  const auto is_special = [](char c) { return c == '$' || c == '#' || c == '\t'; };
  if (std::ranges::any_of(rule, is_special) || source.find(' ') != std::string::npos ||
      std::ranges::any_of(
          headers, [](const ReadFile& file) { return file.path.find(' ') != std::string::npos; }))
    return std::nullopt;
  return rule + "\n";
}

}  // namespace kbx::cpp
