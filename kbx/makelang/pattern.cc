#include "kbx/makelang/pattern.h"

#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/functions.h"

namespace kbx::makelang {
namespace {

/// The number of backslashes directly before text[at].
size_t backslashes_before(std::string_view text, size_t at) {
  size_t count = 0;
  while (count < at && text[at - count - 1] == '\\') ++count;
  return count;
}

}  // namespace

Pattern::Pattern(std::string_view text) {
  size_t begin = 0;
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const size_t quotes = backslashes_before(text, at);
    prefix.append(text, begin, at - begin - quotes);
    prefix.append(quotes / 2, '\\');
    begin = at;
    if (quotes % 2 == 0) {
      wild = true;
      suffix = text.substr(at + 1);
      return;
    }
  }
  prefix.append(text, begin);
}

Pattern Pattern::ending_with(std::string_view ending) {
  Pattern result;
  result.suffix = ending;
  result.wild = true;
  return result;
}

bool Pattern::matches(std::string_view word, std::string_view* stem) const {
  if (!wild) return word == prefix;
  if (word.size() < prefix.size() + suffix.size() || !word.starts_with(prefix) ||
      !word.ends_with(suffix))
    return false;
  if (stem) *stem = word.substr(prefix.size(), word.size() - prefix.size() - suffix.size());
  return true;
}

bool is_pattern(std::string_view text) {
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (backslashes_before(text, at) % 2 == 0) return true;
  return false;
}

void append_substituted(std::string& out, std::string_view word, const Pattern& from,
                        const Pattern& to) {
  std::string_view stem;
  if (!from.matches(word, &stem)) {
    out += word;
    return;
  }
  out += to.prefix;
  if (!to.wild) return;
  // Without a '%' in the pattern, the one in the replacement is plain.
  if (from.wild)
    out += stem;
  else
    out += '%';
  out += to.suffix;
}

void append_all_substituted(std::string& out, std::string_view text, const Pattern& from,
                            const Pattern& to) {
  const bool may_vanish = to.prefix.empty() && !to.wild;
  bool first = true;
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    if (may_vanish && from.matches(word)) continue;
    if (!first) out += ' ';
    first = false;
    append_substituted(out, word, from, to);
  }
}

bool match_pattern(std::string_view pattern, std::string_view text, std::string_view* stem) {
  const size_t percent = pattern.find('%');
  if (percent == std::string_view::npos) {
    if (stem) *stem = {};
    return pattern == text;
  }
  if (percent > 0 && pattern[percent - 1] == '\\') return Pattern(pattern).matches(text, stem);
  const std::string_view prefix = pattern.substr(0, percent);
  const std::string_view suffix = pattern.substr(percent + 1);
  if (text.size() < prefix.size() + suffix.size() || !text.starts_with(prefix) ||
      !text.ends_with(suffix))
    return false;
  if (stem) *stem = text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
  return true;
}

}  // namespace kbx::makelang
