// Compilers and their kin agree on one form, FILE:LINE:COLUMN: KIND: TEXT, with the column or the
// kind left out at times (GNU Coding Standards, "Formatting Error Messages"). modpost begins with
// the kind, make has "***" before the text.
#include "kbx/matrix/words.h"

#include <algorithm>
#include <optional>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::matrix {
namespace {

constexpr std::string_view error_marks[] = {"error: ", "ERROR: ", "error[",
                                            "Error: ", "*** ",    "undefined reference to "};

bool is_error(std::string_view line) {
  return std::ranges::any_of(error_marks, [&](std::string_view mark) {
    const std::size_t at = line.find(mark);
    return at != std::string_view::npos && (at == 0 || line[at - 1] == ' ' || mark == "*** ");
  });
}

/// "FILE:LINE" at the start of a line; `rest` is what follows the colon behind it.
struct Place {
  std::string_view file;
  unsigned long line = 0;
  std::string_view rest;
};

std::optional<Place> place_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view file = line.substr(0, colon);
  if (file.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(colon + 1);
  std::optional<unsigned long> first;
  while (true) {
    const std::size_t end = rest.find(':');
    const auto number =
        end == std::string_view::npos ? std::nullopt : parse_number(rest.substr(0, end));
    if (!number) break;
    if (!first) first = number;
    rest.remove_prefix(end + 1);
  }
  if (!first) return std::nullopt;
  return Place{file, *first, trim(rest)};
}

/// Where the author wrote what an error inside a macro is about: gcc names the macro's definition
/// first, and then, from the inside out, the places that use it.
std::optional<Place> outermost_use(const std::vector<std::string_view>& lines, std::size_t error) {
  std::optional<Place> use;
  for (std::size_t i = error + 1; i < lines.size() && !is_error(lines[i]); ++i)
    if (lines[i].find(": note: in expansion of macro ") != std::string_view::npos)
      use = place_of(lines[i]);
    else if (is_warning(lines[i]))
      break;
  return use;
}

std::string_view without_kind(std::string_view text) {
  for (const std::string_view kind : {"fatal error: ", "error: ", "Error: ", "*** "})
    if (text.starts_with(kind)) return text.substr(kind.size());
  return text;
}

}  // namespace

bool is_warning(std::string_view line) {
  for (const std::string_view mark : {"warning: ", "WARNING: "}) {
    const std::size_t at = line.find(mark);
    if (at != std::string_view::npos && (at == 0 || line[at - 1] == ' ')) return true;
  }
  return false;
}

Fault first_fault(std::string_view words, const std::vector<std::string>& folders) {
  const auto known = [&](std::string_view text) {
    std::string plain(trim(text));
    for (const std::string& folder : folders)
      if (!folder.empty()) plain = replace_all(plain, folder + "/", "");
    return plain.starts_with("./") ? plain.substr(2) : plain;
  };
  const auto lines = split_lines(words);
  const auto found = std::ranges::find_if(lines, is_error);
  std::string_view line;
  if (found != lines.end()) {
    line = *found;
  } else {
    for (const std::string_view candidate : lines)
      if (!trim(candidate).empty()) line = candidate;
  }
  const std::string text = known(line);
  auto place = place_of(text);
  if (!place) return {"", 0, text.empty() ? "a command failed without a word" : text};
  const std::string what(without_kind(place->rest));
  if (found != lines.end())
    if (const auto use = outermost_use(lines, static_cast<std::size_t>(found - lines.begin())))
      place = use;
  constexpr unsigned long most_lines = 100'000'000;
  return {known(place->file), static_cast<int>(std::min(place->line, most_lines)), what};
}

}  // namespace kbx::matrix
