#include "kbx/cli/conf_shell.h"

#include <cstdio>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::cli {
namespace {

constexpr int first_failure_of_sh = 127;  // a missing program, a signal

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

std::string ConfShell::identities(std::string_view command) {
  std::string cleaned(command);
  for (char& c : cleaned)
    if (std::string_view("\"'`()|&;<>{}").find(c) != std::string_view::npos) c = ' ';
  std::string result;
  for (const std::string_view word : split_words(cleaned)) {
    if (word.starts_with('-') || word.starts_with("/dev/")) continue;
    if (word.find_first_of("$=%,*?") != std::string_view::npos) continue;
    const std::string& known = identity(word);
    if (!known.empty()) result += known + "\n";
  }
  return result;
}

std::string ConfShell::operator()(const std::string& command) {
  const kernel::Probe probe{remember_ ? identities(command) : "", command, folder_, variables_};
  if (remember_)
    if (const kernel::ProbeResult* known = cache_.find(probe)) return known->output;
  Command shell{{"/bin/sh", "-c", command}, "", &environment_, ""};
  shell.capture_errors = true;
  CommandResult given = run(shell);
  if (!given.errors.empty()) {
    std::fflush(stdout);
    std::fputs(given.errors.c_str(), stderr);
  } else if (remember_ && given.status >= 0 && given.status < first_failure_of_sh) {
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
