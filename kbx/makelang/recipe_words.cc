// When GNU make runs a command without a shell. The default shell with default flags, no character
// that means something to a shell, no shell built-in, no assignment in front: then the words are
// plain. Quotes are understood as far as nothing inside them is special.
#include "kbx/makelang/recipe_words.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"

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

}  // namespace

std::string one_shell_text(std::string_view text, const ShellChoice& choice) {
  if (!choice.one_shell || !is_bourne_shell(choice.shell)) return std::string(text);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    at = std::min(text.find_first_not_of(" \t@+-", at), text.size());
    bool escaped = false;
    while (at < text.size()) {
      const char c = text[at++];
      result += c;
      if (c == '\n' && !escaped) break;
      escaped = c == '\\' && !escaped;
    }
  }
  return result;
}

std::optional<std::vector<std::string>> direct_command(std::string_view command,
                                                       std::string_view shell,
                                                       std::string_view flags) {
  if (shell != "/bin/sh" || (flags != "-c" && flags != "-ec")) return {};
  command.remove_prefix(std::min(command.find_first_not_of(" \t"), command.size()));
  return SimpleCommand(command).read();
}

std::vector<std::string> command_words(std::string_view line, const ShellChoice& choice) {
  while (!line.empty() && (line[0] == ' ' || line[0] == '\t')) line.remove_prefix(1);
  if (line.empty()) return {};
  const bool several_lines = choice.one_shell && line.find('\n') != std::string_view::npos;
  const bool usual_separators = choice.separators.find_first_not_of(" \t\n") == std::string::npos;
  if (usual_separators && !several_lines)
    if (auto words = direct_command(line, choice.shell, choice.flags)) return std::move(*words);
  std::vector<std::string> words;
  for (const std::string* part : {&choice.shell, &choice.flags}) {
    if (const auto pieces = shell_split(*part))
      words.insert(words.end(), pieces->begin(), pieces->end());
    else
      words.push_back(*part);
  }
  words.push_back(one_shell_text(line, choice));
  return words;
}

}  // namespace kbx::makelang
