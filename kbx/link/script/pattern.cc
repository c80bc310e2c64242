#include "kbx/link/script/pattern.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

/// Wildcards of section and file names. GNU ld gives them to fnmatch(3) of its C library after it
/// has compared what is literal at both ends; here one loop does both, without locales.
namespace kbx::link::script {

namespace {

bool in_class(std::string_view name, unsigned char c) {
  const bool upper = c >= 'A' && c <= 'Z';
  const bool lower = c >= 'a' && c <= 'z';
  const bool digit = c >= '0' && c <= '9';
  const bool graph = c > ' ' && c < 0x7f;
  if (name == "alpha") return upper || lower;
  if (name == "digit") return digit;
  if (name == "alnum") return upper || lower || digit;
  if (name == "upper") return upper;
  if (name == "lower") return lower;
  if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return graph && !(upper || lower || digit);
  if (name == "print") return graph || c == ' ';
  if (name == "graph") return graph;
  if (name == "cntrl") return c < ' ' || c == 0x7f;
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return false;
}

bool is_class(std::string_view name) {
  constexpr std::array<std::string_view, 12> names{"alpha", "digit", "alnum", "upper",
                                                   "lower", "space", "blank", "punct",
                                                   "print", "graph", "cntrl", "xdigit"};
  return std::ranges::find(names, name) != names.end();
}

/// Reads a bracket expression.
class Bracket {
 public:
  /// `text` starts behind the opening bracket.
  Bracket(std::string_view text, unsigned char c) : text_(text), c_(c) {}

  /// Nothing if it has no closing bracket; then the opening one stands for itself.
  std::optional<bool> matches() {
    bool negated = false;
    if (!text_.empty() && (text_[0] == '!' || text_[0] == '^')) {
      negated = true;
      ++at_;
    }
    bool found = false;
    for (bool first = true;; first = false) {
      if (at_ >= text_.size()) return std::nullopt;
      if (text_[at_] == ']' && !first) break;
      const auto item = one();
      if (impossible_) return false;
      if (!item) return std::nullopt;
      found = found || *item;
    }
    ++at_;
    return found != negated;
  }

  /// How much `matches` read, the closing bracket included.
  size_t length() const { return at_; }

 private:
  /// [:alpha:], if it stands here.
  std::optional<std::string_view> class_name() {
    if (!text_.substr(at_).starts_with("[:")) return std::nullopt;
    const size_t end = text_.find(":]", at_ + 2);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    if (!is_class(name)) return std::nullopt;
    at_ = end + 2;
    return name;
  }

  /// One character, with its backslash, or [.x.] and [=x=], which stand for it. What else starts
  /// with
  /// [. makes nothing match.
  std::optional<unsigned char> character() {
    if (at_ >= text_.size()) return std::nullopt;
    const std::string_view rest = text_.substr(at_);
    const bool element = rest.size() >= 5 && rest[0] == '[' && rest[3] == rest[1] && rest[4] == ']';
    if (element && (rest[1] == '.' || rest[1] == '=')) {
      at_ += 5;
      return static_cast<unsigned char>(rest[2]);
    }
    if (rest.starts_with("[.")) impossible_ = true;
    if (rest[0] == '\\') {
      if (rest.size() < 2) return std::nullopt;
      ++at_;
    }
    return static_cast<unsigned char>(text_[at_++]);
  }

  /// One class, character or range.
  std::optional<bool> one() {
    if (const auto name = class_name()) return in_class(*name, c_);
    const auto from = character();
    if (!from) return std::nullopt;
    const bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
    if (!range) return c_ == *from;
    ++at_;
    const auto to = character();
    if (!to) return std::nullopt;
    return c_ >= *from && c_ <= *to;
  }

  std::string_view text_;
  unsigned char c_;
  size_t at_ = 0;
  bool impossible_ = false;
};

/// Whether the pattern's first element, which is no *, matches `c`; and how long it is.
std::pair<bool, size_t> match_one(std::string_view pattern, char c) {
  if (pattern[0] == '?') return {true, 1};
  if (pattern[0] == '\\') {
    if (pattern.size() < 2) return {false, 1};
    return {pattern[1] == c, 2};
  }
  if (pattern[0] == '[') {
    Bracket bracket(pattern.substr(1), static_cast<unsigned char>(c));
    if (const auto found = bracket.matches()) return {*found, bracket.length() + 1};
  }
  return {pattern[0] == c, 1};
}

size_t suffix_length(std::string_view pattern) {
  const size_t last = pattern.find_last_of("?*]");
  return last == std::string_view::npos ? pattern.size() : pattern.size() - last - 1;
}

/// `archive:member`, `archive:` or `:file`.
bool path_matches(std::string_view pattern, size_t colon, const FileNames& file) {
  const std::string_view member = pattern.substr(colon + 1);
  if (!member.empty() && !name_matches(member, file.name)) return false;
  if (colon == 0) return file.archive.empty();
  return !file.archive.empty() && name_matches(pattern.substr(0, colon), file.archive);
}

int compare(std::string_view a, std::string_view b) {
  return a.compare(b);
}

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  // Behind the last * and how far it has reached: where to go on after a mismatch.
  size_t star = std::string_view::npos;
  size_t reached = 0;
  for (;;) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      reached = n;
      continue;
    }
    if (n == name.size()) return p == pattern.size();
    if (p < pattern.size()) {
      const auto [matches, length] = match_one(pattern.substr(p), name[n]);
      if (matches) {
        p += length;
        ++n;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star;
    n = ++reached;
  }
}

bool is_wildcard(std::string_view pattern) {
  return pattern.find_first_of("?*[") != std::string_view::npos;
}

bool name_matches(std::string_view pattern, std::string_view name) {
  return is_wildcard(pattern) ? wildcard_matches(pattern, name) : pattern == name;
}

SectionNamePattern::SectionNamePattern(std::string pattern)
    : pattern_(std::move(pattern)),
      prefix_(std::min(pattern_.find_first_of("?*["), pattern_.size())),
      suffix_(suffix_length(std::string_view(pattern_).substr(prefix_))) {}

bool SectionNamePattern::matches(std::string_view name) const {
  if (is_literal()) return name == pattern_;
  const std::string_view pattern = pattern_;
  if (!name.starts_with(prefix()) || !name.ends_with(pattern.substr(pattern.size() - suffix_)))
    return false;
  const std::string_view rest = pattern.substr(prefix_);
  if (rest == "*") return true;
  return wildcard_matches(rest, name.substr(prefix_));
}

bool file_matches(const FilePattern& pattern, const FileNames& file) {
  const std::string_view name = pattern.name;
  if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
    if (!path_matches(name, colon, file)) return false;
  } else if (is_wildcard(name)) {
    if (name != "*" && !wildcard_matches(name, file.name)) return false;
  } else if (name != file.given && (file.archive.empty() || name != file.archive_given)) {
    return false;
  }
  return !is_excluded(pattern.excluded, file);
}

bool is_excluded(const std::vector<std::string>& excluded, const FileNames& file) {
  return std::ranges::any_of(excluded, [&](const std::string& pattern) {
    if (const size_t colon = pattern.find(':'); colon != std::string::npos)
      return path_matches(pattern, colon, file);
    return name_matches(pattern, file.name) ||
           (!file.archive.empty() && name_matches(pattern, file.archive));
  });
}

std::int64_t init_priority(std::string_view section_name) {
  const size_t dot = section_name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == section_name.size()) return -1;
  std::int64_t value = 0;
  for (const char c : section_name.substr(dot + 1)) {
    if (c < '0' || c > '9') return -1;
    value = std::min<std::int64_t>(value * 10 + (c - '0'), std::int64_t{1} << 40);
  }
  const std::string_view head = section_name.substr(0, dot);
  if (head == ".ctors" || head == ".dtors") value = 65535 - value;
  return value < 0 || value > std::numeric_limits<int>::max() ? -1 : value;
}

bool sorts_before(Sort sort, bool reverse, const SortKey& a, const SortKey& b) {
  const int names = reverse ? compare(b.name, a.name) : compare(a.name, b.name);
  switch (sort) {
    case Sort::unsorted:
    case Sort::none:
      return false;
    case Sort::name:
      return names < 0;
    case Sort::alignment:
      return a.alignment > b.alignment;
    case Sort::name_alignment:
      return names != 0 ? names < 0 : a.alignment > b.alignment;
    case Sort::alignment_name:
      return a.alignment != b.alignment ? a.alignment > b.alignment : names < 0;
    case Sort::init_priority:
      break;
  }
  const std::int64_t first = init_priority(a.name);
  const std::int64_t second = init_priority(b.name);
  if (first < 0 || second < 0 || first == second) return names < 0;
  return reverse ? second < first : first < second;
}

bool file_sorts_before(bool reverse, const FileNames& a, const FileNames& b) {
  const std::string_view outer_a = a.archive.empty() ? a.name : a.archive;
  const std::string_view outer_b = b.archive.empty() ? b.name : b.archive;
  int order = compare(outer_a, outer_b);
  if (order == 0) {
    // A file that is no member stands for itself once more.
    order = compare(a.name, b.name);
  }
  return reverse ? order > 0 : order < 0;
}

}  // namespace kbx::link::script
