// When GNU make runs a command without a shell. The default shell with default flags, no character
// that means something to a shell, no shell built-in, no assignment in front: then the words are
// plain. Quotes are understood as far as nothing inside them is special.
#include "kbx/makelang/recipe_words.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

constexpr std::string_view special_characters = "#;\"*?[]&|<>(){}$`^~!";

constexpr std::string_view shell_words[] = {
    ".",        ":",       "alias", "bg",   "break",  "case",   "cd",   "command",
    "continue", "eval",    "exec",  "exit", "export", "fc",     "fg",   "for",
    "getopts",  "hash",    "if",    "jobs", "login",  "logout", "read", "readonly",
    "return",   "set",     "shift", "test", "times",  "trap",   "type", "ulimit",
    "umask",    "unalias", "unset", "wait", "while"};

bool is_shell_word(std::string_view word) {
  return std::find(std::begin(shell_words), std::end(shell_words), word) != std::end(shell_words);
}

bool is_bourne_shell(std::string_view shell) {
  const std::string name = base_name(shell);
  return name == "sh" || name == "bash" || name == "dash" || name == "ksh" || name == "rksh" ||
         name == "zsh" || name == "ash";
}

/// Reads one simple command; gives up (false) where a shell is needed.
class SimpleCommand {
 public:
  explicit SimpleCommand(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> read() {
    for (; at_ < text_.size(); ++at_)
      if (!(quote_ ? inside_quotes() : outside_quotes())) return std::nullopt;
    if (quote_) return std::nullopt;
    if (!word_.empty() || empty_word_) words_.push_back(word_);
    if (words_.size() == 1 && is_shell_word(words_[0])) return std::nullopt;
    return std::move(words_);
  }

 private:
  bool next_is(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }

  bool inside_quotes() {
    const char c = text_[at_];
    if (c == quote_) {
      quote_ = '\0';
      if (word_.empty()) empty_word_ = true;
      return true;
    }
    if (c == '\\' && next_is('\n')) {
      ++at_;
      if (quote_ == '\'') word_ += "\\\n";
      return true;
    }
    if (quote_ == '"' && (c == '\\' || c == '$' || c == '`')) return false;
    word_ += c;
    return true;
  }

  bool outside_quotes() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      quote_ = c;
      return true;
    }
    if (special_characters.find(c) != std::string_view::npos) return false;
    switch (c) {
      case '=':
        if (!seen_plain_word_) return false;
        word_ += c;
        return true;
      case '\\':
        return backslash();
      case ' ':
      case '\t':
        return end_word();
      default:
        word_ += c;
        return true;
    }
  }

  bool backslash() {
    if (next_is('\n')) {
      ++at_;
      if (word_.empty())
        while (next_is(' ') || next_is('\t')) ++at_;
    } else if (at_ + 1 < text_.size()) {
      word_ += text_[++at_];
    }
    return true;
  }

  bool end_word() {
    words_.push_back(std::move(word_));
    word_.clear();
    empty_word_ = false;
    seen_plain_word_ = true;
    if (words_.size() == 1 && is_shell_word(words_[0])) return false;
    while (next_is(' ') || next_is('\t')) ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  char quote_ = '\0';
  bool empty_word_ = false;
  bool seen_plain_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

bool allows_simple_commands(const ShellChoice& choice) {
  return choice.shell == "/bin/sh" && (choice.flags == "-c" || choice.flags == "-ec") &&
         choice.separators.find_first_not_of(" \t\n") == std::string::npos;
}

/// In .ONESHELL mode a Bourne shell does not get the prefixes of the inner lines.
std::string without_inner_prefixes(std::string_view text) {
  std::string result;
  bool line_begins = true;
  for (size_t at = 0; at < text.size(); ++at) {
    if (line_begins) {
      const size_t begin = text.find_first_not_of(" \t@+-", at);
      const std::string_view front =
          text.substr(at, begin == std::string_view::npos ? std::string_view::npos : begin - at);
      if (front.find_first_of("@+-") != std::string_view::npos) at += front.size();
      if (at >= text.size()) break;
    }
    result += text[at];
    line_begins = text[at] == '\n';
  }
  return result;
}

}  // namespace

std::vector<std::string> command_words(std::string_view line, const ShellChoice& choice) {
  while (!line.empty() && (line[0] == ' ' || line[0] == '\t')) line.remove_prefix(1);
  if (line.empty()) return {};
  const bool several_lines = choice.one_shell && line.find('\n') != std::string_view::npos;
  if (allows_simple_commands(choice) && !several_lines)
    if (auto words = SimpleCommand(line).read()) return std::move(*words);
  std::vector<std::string> words;
  for (const std::string* part : {&choice.shell, &choice.flags}) {
    if (const auto pieces = shell_split(*part))
      words.insert(words.end(), pieces->begin(), pieces->end());
    else
      words.push_back(*part);
  }
  const bool strip = choice.one_shell && is_bourne_shell(choice.shell);
  words.push_back(strip ? without_inner_prefixes(line) : std::string(line));
  return words;
}

}  // namespace kbx::makelang
