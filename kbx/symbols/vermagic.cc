#include "kbx/symbols/vermagic.h"

#include <algorithm>
#include <map>
#include <vector>

#include "kbx/base/text.h"

/// A kernel's vermagic, computed by reading the header that defines it as the C preprocessor
/// would. Which words it has, in which order, and which of two conditions is asked first differs
/// between kernels and architectures; the tree's header is the only one that knows.
///
/// As much of the preprocessor is here as such headers use: conditions on what is defined, object
/// macros whose values are string literals and other macros, and __stringify. Of what is included
/// only asm/vermagic.h and generated headers are read.
namespace kbx::symbols {
namespace {

constexpr int deepest = 16;  // of includes and of macros within macros

/// `text` with continued lines joined and comments as single spaces.
std::string plain_lines(std::string_view text) {
  std::string result;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\\n")) {
      ++i;
    } else if (rest.starts_with("\\\r\n")) {
      i += 2;
    } else if (!in_string && rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      i += end == std::string_view::npos ? rest.size() : end + 1;
      result += ' ';
    } else if (!in_string && rest.starts_with("//")) {
      const size_t end = rest.find('\n');
      i += end == std::string_view::npos ? rest.size() : end - 1;
    } else {
      if (rest[0] == '"') in_string = !in_string;
      if (rest[0] == '\n') in_string = false;
      result += rest[0];
    }
  }
  return result;
}

/// Reads tokens off the front of a line.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  }
  bool take(std::string_view text) {
    skip_spaces();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string_view word() {
    skip_spaces();
    size_t size = 0;
    while (size < rest_.size() && is_name_character(rest_[size])) ++size;
    const std::string_view found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }
  /// The content of a string literal that starts here, without its quotes.
  std::optional<std::string_view> literal() {
    skip_spaces();
    if (!rest_.starts_with('"')) return std::nullopt;
    const size_t end = rest_.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return found;
  }
  std::string_view rest() const { return rest_; }
  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

 private:
  std::string_view rest_;
};

class Preprocessor {
 public:
  explicit Preprocessor(const VermagicSource& source) : source_(source) {
    macros_.emplace("INCLUDE_VERMAGIC", "1");
    // -DRANDSTRUCT comes from scripts/Makefile.randstruct and follows the configuration.
    if (source_.is_defined("CONFIG_RANDSTRUCT")) macros_.emplace("RANDSTRUCT", "1");
  }

  bool include(const std::string& name) {
    if (depth_ >= deepest) return false;
    const auto text = source_.header(name);
    if (!text) return false;
    ++depth_;
    const size_t outer = conditions_.size();
    const std::string lines = plain_lines(*text);
    for (const std::string_view line : split_lines(lines)) take_line(line);
    conditions_.resize(std::min(outer, conditions_.size()));
    --depth_;
    return true;
  }

  std::optional<std::string> value(const std::string& macro) {
    if (!macros_.contains(macro)) return std::nullopt;
    return expand(macros_.at(macro), 0);
  }

 private:
  struct Condition {
    bool active = false;  // lines are taken
    bool done = false;    // a branch was taken, so that no later one is
  };

  bool is_defined(std::string_view name) const {
    return macros_.find(name) != macros_.end() || source_.is_defined(name);
  }

  bool active() const {
    for (const Condition& condition : conditions_)
      if (!condition.active) return false;
    return true;
  }

  void open(bool holds) { conditions_.push_back({holds, holds}); }

  void otherwise(bool holds) {
    if (conditions_.empty()) return;
    Condition& last = conditions_.back();
    last.active = !last.done && holds;
    last.done = last.done || holds;
  }

  void take_line(std::string_view line) {
    Cursor cursor(line);
    if (!cursor.take("#")) return;
    const std::string_view directive = cursor.word();
    if (directive == "ifdef") return open(is_defined(cursor.word()));
    if (directive == "ifndef") return open(!is_defined(cursor.word()));
    if (directive == "if") return open(any_of(cursor, 0));
    if (directive == "elif") return otherwise(any_of(cursor, 0));
    if (directive == "else") return otherwise(true);
    if (directive == "endif") {
      if (!conditions_.empty()) conditions_.pop_back();
      return;
    }
    if (!active()) return;
    if (directive == "define") {
      const std::string name(cursor.word());
      // A macro with arguments is none of those that make a vermagic.
      if (!cursor.rest().starts_with('('))
        macros_.insert_or_assign(name, std::string(trim(cursor.rest())));
    } else if (directive == "undef") {
      if (const auto found = macros_.find(cursor.word()); found != macros_.end())
        macros_.erase(found);
    } else if (directive == "include" && cursor.take("<")) {
      const std::string name(cursor.rest().substr(0, cursor.rest().find('>')));
      if (name.ends_with("vermagic.h") || name.starts_with("generated/")) include(name);
    }
  }

  bool any_of(Cursor& cursor, int depth) {
    bool holds = all_of(cursor, depth);
    while (cursor.take("||")) holds = all_of(cursor, depth) || holds;
    return holds;
  }

  bool all_of(Cursor& cursor, int depth) {
    bool holds = term(cursor, depth);
    while (cursor.take("&&")) holds = term(cursor, depth) && holds;
    return holds;
  }

  bool term(Cursor& cursor, int depth) {
    if (depth > deepest) return false;
    if (cursor.take("!")) return !term(cursor, depth + 1);
    if (cursor.take("(")) {
      const bool holds = any_of(cursor, depth + 1);
      cursor.take(")");
      return holds;
    }
    const std::string_view word = cursor.word();
    if (word != "defined" && word != "IS_ENABLED" && word != "IS_BUILTIN")
      return !word.empty() && word != "0" && (word[0] <= '9' || is_defined(word));
    const bool bracket = cursor.take("(");
    const std::string_view name = cursor.word();
    if (bracket) cursor.take(")");
    return is_defined(name) || (word == "IS_ENABLED" && is_defined(std::string(name) + "_MODULE"));
  }

  std::string expand(std::string_view text, int depth) {
    std::string result;
    Cursor cursor(text);
    while (depth <= deepest && !cursor.at_end()) {
      if (const auto literal = cursor.literal()) {
        result += *literal;
        continue;
      }
      const std::string word(cursor.word());
      if (word.empty()) break;
      const bool stringify = word == "__stringify" && cursor.take("(");
      const std::string name = stringify ? std::string(cursor.word()) : word;
      if (stringify) cursor.take(")");
      const auto found = macros_.find(name);
      if (found == macros_.end()) {
        result += '?';
      } else if (stringify && found->second.find('"') == std::string::npos) {
        result += found->second;
      } else {
        result += expand(found->second, depth + 1);
      }
    }
    return result;
  }

  const VermagicSource& source_;
  std::map<std::string, std::string, std::less<>> macros_;
  std::vector<Condition> conditions_;
  int depth_ = 0;
};

std::string_view after_release(std::string_view vermagic) {
  const size_t space = vermagic.find(' ');
  return space == std::string_view::npos ? std::string_view() : vermagic.substr(space);
}

bool matches(std::string_view text, std::string_view pattern) {
  size_t at = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '?') {
      while (at < text.size() && text[at] != ' ') ++at;
    } else {
      if (at >= text.size() || text[at] != pattern[i]) return false;
      ++at;
    }
  }
  return at == text.size();
}

}  // namespace

std::optional<std::string> compose_vermagic(const VermagicSource& source) {
  Preprocessor preprocessor(source);
  if (!preprocessor.include("linux/vermagic.h")) return std::nullopt;
  return preprocessor.value("VERMAGIC_STRING");
}

bool same_vermagic(std::string_view module, std::string_view kernel, bool module_has_versions) {
  if (module_has_versions) return matches(after_release(module), after_release(kernel));
  return matches(module, kernel);
}

}  // namespace kbx::symbols
