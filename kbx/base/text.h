#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kbx {

/// True for the bytes that separate words in make, sh and most formats here: space, \t, \n, \v, \f,
/// \r.
constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// True for what C's names consist of, "$" aside.
constexpr bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

/// `text` without white space at both ends.
std::string_view trim(std::string_view text);

/// The words of `text`, separated by any amount of white space.
std::vector<std::string_view> split_words(std::string_view text);

/// The parts of `text` between separators; one empty part for an empty text.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The lines of `text` without their newlines; a final newline adds no empty line.
std::vector<std::string_view> split_lines(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// `text` with every occurrence of `from` (not empty) replaced.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// "1 module", "2 modules".
std::string counted(std::size_t number, std::string_view what);

/// A size as people read it, rounded up: "312 KiB", from 10 MiB on "14 MiB".
std::string size_text(std::uint64_t bytes);

/// `text` as one word of a POSIX shell command, quoted only where that is needed.
std::string shell_quote(std::string_view text);

/// The words that a POSIX shell would pass for `command`, honouring quotes and backslashes but
/// expanding nothing. Nothing if a quote is not closed.
std::optional<std::vector<std::string>> shell_split(std::string_view command);

/// A whole non-negative decimal number, or nothing.
std::optional<unsigned long> parse_number(std::string_view text);

}  // namespace kbx
