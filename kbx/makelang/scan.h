#pragma once
#include <array>
#include <string>
#include <string_view>

namespace kbx::makelang {

/// Small scanners that the reader of makefiles is made of.

/// The place at or after `from` of the first character of `stops` that no backslash quotes, or
/// npos. Backslashes before such characters are resolved on the way: halved, and one that quotes is
/// dropped. With `over_references`, what stands in $(…) and ${…} is passed over.
size_t find_unquoted(std::string& text, size_t from, std::string_view stops, bool over_references);

/// The place after a variable reference whose '$' is text[dollar].
size_t skip_reference(std::string_view text, size_t dollar);

/// Backslash-newline with the white space around it becomes one space, in POSIX mode keeping the
/// space before it; pairs of backslashes before a newline become one each (GNU make manual,
/// "Splitting Long Lines").
std::string collapse_continuations(std::string_view text, bool posix);

/// Cuts an unquoted comment off.
void remove_comment(std::string& text);

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// For each character whether is_name_letter says so.
inline constexpr std::array<bool, 256> name_letters = [] {
  std::array<bool, 256> letters{};
  constexpr std::string_view all =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  for (const char c : all) letters[static_cast<unsigned char>(c)] = true;
  return letters;
}();

/// True for what names of variables are made of nearly always.
constexpr bool is_name_letter(char c) {
  return name_letters[static_cast<unsigned char>(c)];
}

/// `text` from its first character that is no white space.
std::string_view skip_space(std::string_view text);

}  // namespace kbx::makelang
