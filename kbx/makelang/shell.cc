// How $(shell) and != run commands. make starts simple commands itself and leaves the others to a
// shell; the difference shows in messages about missing programs and where newlines separate words.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

constexpr std::string_view shell_characters = "#;\"*?[]&|<>(){}$`^~!";
constexpr std::string_view shell_commands[] = {
    ".",        ":",       "alias", "bg",   "break",  "case",   "cd",   "command",
    "continue", "eval",    "exec",  "exit", "export", "fc",     "fg",   "for",
    "getopts",  "hash",    "if",    "jobs", "login",  "logout", "read", "readonly",
    "return",   "set",     "shift", "test", "times",  "trap",   "type", "ulimit",
    "umask",    "unalias", "unset", "wait", "while"};

bool is_shell_command(std::string_view word) {
  return std::find(std::begin(shell_commands), std::end(shell_commands), word) !=
         std::end(shell_commands);
}

/// Splits a simple command into words: only single quotes and backslashes are understood.
class DirectWords {
 public:
  explicit DirectWords(std::string_view text) : text_(text) {}

  /// False if the text is not simple.
  bool split() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    while (at_ < text_.size())
      if (!take()) return false;
    return end_word();
  }
  std::vector<std::string> words;

 private:
  bool take() {
    const char c = text_[at_++];
    if (c == '\'') return take_quoted();
    if (shell_characters.find(c) != std::string_view::npos) return false;
    if (is_blank(c)) {
      if (!end_word()) return false;
      skip_blanks();
      return true;
    }
    if (c == '\\') {
      take_escaped();
      return true;
    }
    if (c == '=' && !seen_plain_word_) return false;  // sets a variable for the command
    word_ += c;
    open_ = true;
    return true;
  }
  bool take_quoted() {
    const size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) return false;
    word_.append(text_, at_, end - at_);
    at_ = end + 1;
    open_ = true;
    return true;
  }
  void take_escaped() {
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    if (c == '\n') {
      if (!open_) skip_blanks();
      return;
    }
    word_ += c;
    open_ = true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool end_word() {
    if (!open_) return true;
    if (words.empty() && is_shell_command(word_)) return false;
    words.push_back(std::move(word_));
    word_.clear();
    open_ = false;
    seen_plain_word_ = true;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string word_;
  bool open_ = false;
  bool seen_plain_word_ = false;
};

/// Why `program` cannot be started, or "".
std::string find_failure(const std::string& program, const ShellCall& call) {
  int error = ENOENT;
  if (program.find('/') != std::string::npos) {
    const std::string path = join_path(call.folder, program);
    if (is_executable(path)) return {};
    error = exists(path) ? EACCES : ENOENT;
  } else {
    std::string path = "/bin:/usr/bin";
    if (call.environment) {
      const auto found = call.environment->find("PATH");
      if (found != call.environment->end()) path = found->second;
    }
    if (!find_program(program, path).empty()) return {};
  }
  return program + ": " + std::strerror(error);
}

}  // namespace

std::optional<std::vector<std::string>> direct_command(std::string_view command,
                                                       std::string_view shell,
                                                       std::string_view flags) {
  if (shell != "/bin/sh" || (flags != "-c" && flags != "-ec")) return {};
  DirectWords splitter(command);
  if (!splitter.split()) return {};
  return std::move(splitter.words);
}

ShellResult run_shell(const ShellCall& call) {
  Command command;
  if (auto words = direct_command(call.command, call.shell, call.flags)) {
    if (words->empty()) return {};
    std::string failure = find_failure(words->front(), call);
    if (!failure.empty()) return {127, "", std::move(failure)};
    command.arguments = std::move(*words);
  } else {
    command.arguments.push_back(call.shell);
    for (std::string& flag : shell_split(call.flags).value_or(std::vector<std::string>{"-c"}))
      command.arguments.push_back(std::move(flag));
    command.arguments.push_back(call.command);
  }
  command.folder = call.folder;
  command.environment = call.environment;
  CommandResult result = run(command);
  return {result.status, std::move(result.output), std::move(result.errors)};
}

}  // namespace kbx::makelang
