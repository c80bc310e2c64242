#pragma once
#include <string>
#include <string_view>

namespace kbx::makelang {

/// A word with at most one '%' that stands for any text (GNU make manual, "Functions for String
/// Substitution and Analysis"). "\%" is a plain percent, "\\%" a backslash before the wild one.
struct Pattern {
  std::string prefix;  // the whole word if it is not wild
  std::string suffix;
  bool wild = false;

  Pattern() = default;
  explicit Pattern(std::string_view text);
  /// The pattern "%ENDING" where `ending` is plain text.
  static Pattern ending_with(std::string_view ending);
  /// True if `word` is matched; `stem` is what the '%' stands for.
  bool matches(std::string_view word, std::string_view* stem = nullptr) const;
};

/// True if `text` has a '%' that is not quoted.
bool is_pattern(std::string_view text);

/// Appends `word` with its match of `from` replaced by `to`, or `word` itself if `from` does not
/// match it.
void append_substituted(std::string& out, std::string_view word, const Pattern& from,
                        const Pattern& to);

/// Appends the words of `text` like that, joined by blanks; a word of which nothing is left gets no
/// blank.
void append_all_substituted(std::string& out, std::string_view text, const Pattern& from,
                            const Pattern& to);

}  // namespace kbx::makelang
