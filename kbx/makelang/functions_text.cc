// GNU make manual, "Functions for String Substitution and Analysis".
#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_set>

#include "kbx/base/text.h"
#include "kbx/makelang/functions.h"
#include "kbx/makelang/pattern.h"

namespace kbx::makelang::functions {
namespace {

/// Below this many plain words a look through them is quicker than a hash table.
constexpr size_t few_words = 6;

void add_word(std::string& out, std::string_view word, bool& first) {
  if (!first) out += ' ';
  first = false;
  out += word;
}

/// A number argument of word and wordlist.
long parse_count(Expander& expander, std::string_view text, const char* complaint) {
  const std::string_view digits = kbx::trim(text);
  long number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool plain = !digits.empty() && digits[0] != '-' && end == digits.data() + digits.size();
  if (failure == std::errc::result_out_of_range && plain) return std::numeric_limits<int>::max();
  if (failure != std::errc() || !plain)
    throw expander.error(std::string(complaint) + ": '" + std::string(text) + "'");
  return number;
}

/// The words of filter's first argument, sorted by kind.
class WordFilter {
 public:
  explicit WordFilter(std::string_view patterns) {
    for (std::string_view word = next_word(patterns); !word.empty(); word = next_word(patterns)) {
      if (word.find('%') == std::string_view::npos)
        plain_.push_back(word);
      else
        wild_.emplace_back(word);
    }
    if (plain_.size() > few_words) hashed_.insert(plain_.begin(), plain_.end());
  }
  bool has(std::string_view word) const {
    if (!hashed_.empty() ? hashed_.contains(word)
                         : std::find(plain_.begin(), plain_.end(), word) != plain_.end())
      return true;
    for (const Pattern& pattern : wild_)
      if (pattern.matches(word)) return true;
    return false;
  }

 private:
  std::vector<std::string_view> plain_;
  std::unordered_set<std::string_view> hashed_;
  std::vector<Pattern> wild_;
};

void append_filtered(std::string& out, const Arguments& arguments, bool wanted) {
  const WordFilter words(arguments[0]);
  std::string_view rest = arguments[1];
  bool first = true;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
    if (words.has(word) == wanted) add_word(out, word, first);
}

/// Replaces the words that are `from`; the white space between words stays. An empty `from` is
/// found at the end, once.
void substitute_words(std::string& out, std::string_view text, std::string_view from,
                      std::string_view to) {
  if (from.empty()) {
    out += text;
    if (text.empty() || is_space(text.back())) out += to;
    return;
  }
  size_t begin = 0;
  for (size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, begin)) {
    const size_t end = at + from.size();
    const bool whole =
        (at == 0 || is_space(text[at - 1])) && (end == text.size() || is_space(text[end]));
    out.append(text, begin, at - begin);
    out += whole ? to : from;
    begin = end;
  }
  out.append(text, begin);
}

}  // namespace

void subst(Expander&, std::string& out, const Arguments& arguments) {
  const std::string_view from = arguments[0];
  const std::string_view to = arguments[1];
  const std::string_view text = arguments[2];
  if (from.empty()) {
    out += text;
    out += to;
    return;
  }
  size_t begin = 0;
  for (size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, begin)) {
    out.append(text, begin, at - begin);
    out += to;
    begin = at + from.size();
  }
  out.append(text, begin);
}

void patsubst(Expander&, std::string& out, const Arguments& arguments) {
  const Pattern from(arguments[0]);
  if (!from.wild) {
    substitute_words(out, arguments[2], from.prefix, arguments[1]);
    return;
  }
  append_all_substituted(out, arguments[2], from, Pattern(arguments[1]));
}

void strip(Expander&, std::string& out, const Arguments& arguments) {
  std::string_view rest = arguments[0];
  bool first = true;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest))
    add_word(out, word, first);
}

void findstring(Expander&, std::string& out, const Arguments& arguments) {
  if (arguments[1].find(arguments[0]) != std::string_view::npos) out += arguments[0];
}

void filter(Expander&, std::string& out, const Arguments& arguments) {
  append_filtered(out, arguments, true);
}

void filter_out(Expander&, std::string& out, const Arguments& arguments) {
  append_filtered(out, arguments, false);
}

void sort(Expander&, std::string& out, const Arguments& arguments) {
  std::vector<std::string_view> all = kbx::split_words(arguments[0]);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  bool first = true;
  for (std::string_view word : all) add_word(out, word, first);
}

void word(Expander& expander, std::string& out, const Arguments& arguments) {
  long index = parse_count(expander, arguments[0], "non-numeric first argument to 'word' function");
  if (index == 0) throw expander.error("first argument to 'word' function must be greater than 0");
  std::string_view rest = arguments[1];
  std::string_view found;
  do {
    found = next_word(rest);
  } while (--index > 0 && !found.empty());
  out += found;
}

void wordlist(Expander& expander, std::string& out, const Arguments& arguments) {
  const long begin =
      parse_count(expander, arguments[0], "non-numeric first argument to 'wordlist' function");
  const long end =
      parse_count(expander, arguments[1], "non-numeric second argument to 'wordlist' function");
  if (begin == 0)
    throw expander.error("invalid first argument to 'wordlist' function: '" +
                         std::to_string(begin) + "'");
  std::string_view rest = arguments[2];
  const char* from = nullptr;
  const char* to = nullptr;
  for (long i = 1; i <= end; ++i) {
    const std::string_view found = next_word(rest);
    if (found.empty()) break;
    if (i == begin) from = found.data();
    to = found.data() + found.size();
  }
  // White space between the words stays as it is.
  if (from) out.append(from, to);
}

void words(Expander&, std::string& out, const Arguments& arguments) {
  std::string_view rest = arguments[0];
  size_t count = 0;
  while (!next_word(rest).empty()) ++count;
  out += std::to_string(count);
}

void firstword(Expander&, std::string& out, const Arguments& arguments) {
  std::string_view rest = arguments[0];
  out += next_word(rest);
}

void lastword(Expander&, std::string& out, const Arguments& arguments) {
  const std::string_view text = kbx::trim(arguments[0]);
  size_t begin = text.size();
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  out += text.substr(begin);
}

}  // namespace kbx::makelang::functions
