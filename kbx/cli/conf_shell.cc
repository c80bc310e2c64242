// What the output of a $(shell) command follows from.
//
// It is not known what a command reads, but nearly all are of three kinds. Most ask a compiler, an
// assembler or a linker by its name whether it takes something: these programs are told by place,
// size, time and inode, and a compiler's assembler and linker with it, which it starts itself.
// Some look whether a file is there: it is a word of the command. And some are scripts of the tree,
// which ask others that lie beside them, and programs that variables like $CC name: with a script
// its whole folder counts, and so does every program that a variable begins with. A variable of the
// environment that a command expands counts as its value would in the same place. What looks at
// files by a pattern, or by a variable that the command may set itself, is run each time.

#include "kbx/cli/conf_shell.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <vector>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::cli {
namespace {

constexpr int missing_program = 127;  // the shell's status of one; more is a signal

/// Variables that differ from run to run and that no probe looks at. Everything else counts.
bool is_passing(std::string_view name) {
  for (const std::string_view prefix : {"KCONFIG_", "SSH_", "XDG_", "MAKE"})
    if (name.starts_with(prefix)) return true;
  for (const std::string_view other : {"PWD", "OLDPWD", "SHLVL", "_", "MFLAGS", "COLUMNS", "LINES",
                                       "TERM", "CONFIG_", "LS_COLORS", "TMPDIR"})
    if (name == other) return true;
  return false;
}

std::string hash_of(const Environment& environment) {
  std::string text;
  for (const auto& [name, value] : environment)
    if (!is_passing(name)) text += name + "=" + value + "\n";
  return content_hash(text);
}

std::string cache_file(const Environment& environment, const std::string& folder) {
  try {
    return join_path(cache_folder(environment), "probes/conf-" + content_hash(folder));
  } catch (const Error&) {  // no place for caches
    return {};
  }
}

std::string file_identity(const std::string& path) {
  const auto stamp = stamp_of(path);
  if (!stamp) return {};
  if (stamp->is_folder()) return path + "/";
  return path + ":" + std::to_string(stamp->modified_ns) + ":" + std::to_string(stamp->size) + ":" +
         std::to_string(stamp->inode);
}

/// The words of a command, without what belongs to the shell.
std::vector<std::string> words_of(std::string_view command) {
  std::string cleaned(command);
  for (char& c : cleaned)
    if (std::string_view("\"'`()|&;<>").find(c) != std::string_view::npos) c = ' ';
  const std::vector<std::string_view> words = split_words(cleaned);
  return {words.begin(), words.end()};
}

/// The name behind a "$" or "${".
std::string_view variable_at(std::string_view text) {
  if (text.starts_with('{')) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && is_name_character(text[end])) ++end;
  return text.substr(0, end);
}

/// True if `name` stands in `command` other than to be expanded: it may be set there.
bool is_mentioned(std::string_view command, std::string_view name) {
  for (std::size_t at = command.find(name); at != std::string_view::npos;
       at = command.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool is_part = (at > 0 && is_name_character(command[at - 1])) ||
                         (end < command.size() && is_name_character(command[end]));
    const bool is_expanded =
        command.substr(0, at).ends_with('$') ||
        (command.substr(0, at).ends_with("${") && command.substr(end).starts_with('}'));
    if (!is_part && !is_expanded) return true;
  }
  return false;
}

/// `command` with the values of the environment in the place of "$NAME" and "${NAME}", as far as it
/// can be told that they will stand there.
std::string with_values(std::string_view command, const Environment& environment) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t dollar; (dollar = command.find('$', at)) != std::string_view::npos;) {
    result += command.substr(at, dollar - at);
    const bool is_braced = command.substr(dollar + 1).starts_with('{');
    const std::string_view name = variable_at(command.substr(dollar + 1));
    const std::size_t end = dollar + 1 + (is_braced ? 1 : 0) + name.size();
    const auto found = environment.find(name);
    const bool is_whole = !is_braced || command.substr(end).starts_with('}');
    if (found == environment.end() || !is_whole || is_mentioned(command, name)) {
      result += '$';
      at = dollar + 1;
    } else {
      result += found->second;
      at = end + (is_braced ? 1 : 0);
    }
  }
  return result += command.substr(at);
}

bool is_script(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[2] = {};
  return file.read(start, sizeof start) && start[0] == '#' && start[1] == '!';
}

}  // namespace

ConfShell::ConfShell(const Environment& environment, bool remember)
    : environment_(environment),
      remember_(remember),
      folder_(current_folder()),
      variables_(hash_of(environment)),
      cache_(remember ? cache_file(environment, folder_) : "") {
  const auto found = environment.find("PATH");
  path_ = found == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
}

const std::string& ConfShell::identity(std::string_view word) {
  const auto found = identities_.find(word);
  if (found != identities_.end()) return found->second;
  std::string result;
  if (word.find('/') == std::string_view::npos) {
    const std::string program = find_program(word, path_);
    if (!program.empty()) result = file_identity(program);
  }
  if (result.empty()) result = file_identity(absolute_path(word, folder_));
  return identities_[std::string(word)] = result;
}

/// The assembler and the linker that a compiler starts.
std::string ConfShell::own_programs(std::string_view compiler) {
  const std::size_t slash = compiler.rfind('/') + 1;  // 0 if there is none
  for (const std::string_view name : {"gcc", "g++", "clang", "cc"}) {
    const std::size_t at = compiler.find(name, slash);
    if (at == std::string_view::npos) continue;
    const std::string prefix(compiler.substr(0, at));
    return identity(prefix + "as") + "\n" + identity(prefix + "ld") + "\n";
  }
  return {};
}

const std::string& ConfShell::named_programs() {
  if (!named_programs_.empty()) return named_programs_;
  named_programs_ = "\n";
  for (const auto& [name, value] : environment_) {
    const std::vector<std::string_view> words = split_words(value);
    if (is_passing(name) || words.empty()) continue;
    const std::string program = find_program(words.front(), path_);
    if (!program.empty())
      named_programs_ += file_identity(program) + "\n" + own_programs(words.front());
  }
  return named_programs_;
}

std::string ConfShell::read_by_script(std::string_view script) {
  const std::string path = absolute_path(script, folder_);
  if (!is_script(path)) return {};
  const std::string folder = dir_name(path);
  const auto [known, is_new] = folders_.try_emplace(folder);
  if (is_new) {
    std::string all;
    for (const std::string& name : list_folder(folder))
      all += file_identity(join_path(folder, name)) + "\n";
    known->second = content_hash(all);
  }
  return known->second + named_programs();
}

std::string ConfShell::identities(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) {
    if (word.starts_with('-') || word.starts_with("/dev/")) continue;
    if (word.find_first_of("$=%,*?{}") != std::string_view::npos) continue;
    const std::string& known = identity(word);
    if (known.empty()) continue;
    result += known + "\n" + own_programs(word);
    if (word.find('/') != std::string::npos) result += read_by_script(word);
  }
  return result;
}

/// False for a word that may name other files at another time.
bool ConfShell::may_be_remembered(std::string_view word) const {
  const bool is_path = word.find('/') != std::string_view::npos;
  if (is_path && word.find_first_of("*?[") != std::string_view::npos) return false;
  for (std::size_t at = word.find('$'); at != std::string_view::npos; at = word.find('$', at + 1))
    if (environment_.contains(variable_at(word.substr(at + 1)))) return false;
  return true;
}

/// False for what a signal ended or the shell could not do, unless it is plain why: the program
/// that the command begins with is missing, and will be told when it comes.
bool ConfShell::is_lasting(const std::vector<std::string>& words, int status) const {
  if (status != missing_program) return status >= 0 && status < missing_program;
  return !words.empty() && is_name_character(words.front().front()) &&
         find_program(words.front(), path_).empty();
}

std::string ConfShell::operator()(const std::string& command) {
  const std::string expanded = remember_ ? with_values(command, environment_) : "";
  const std::vector<std::string> words = words_of(expanded);
  const bool remember = remember_ && std::ranges::all_of(words, [&](const auto& word) {
                          return may_be_remembered(word);
                        });
  const kernel::Probe probe{remember ? identities(words) : "", command, folder_, variables_};
  if (remember)
    if (const kernel::ProbeResult* known = cache_.find(probe)) return known->output;
  Command shell{{"/bin/sh", "-c", command}, "", &environment_, ""};
  shell.capture_errors = true;
  CommandResult given = run(shell);
  if (!given.errors.empty()) {
    std::fflush(stdout);
    std::fputs(given.errors.c_str(), stderr);
  } else if (remember && is_lasting(words, given.status)) {
    cache_.remember(probe, {given.status, given.output});
  }
  return given.output;
}

void ConfShell::save() {
  try {
    cache_.save();
  } catch (const Error&) {  // a read-only cache folder
  }
}

}  // namespace kbx::cli
