// What makes a plan stale.
//
// An evaluation reads makefiles, looks for files that are not there, expands $(wildcard), reads the
// environment and runs shell commands. The first four are recorded exactly. What a shell command
// reads is not known; the words of its text that name existing files or folders are taken as
// inputs, and for git the files that change when HEAD or the index of the work tree does.
// docs/differences.md tells the limit of that.
#include "kbx/kbuild/observer.h"

#include <algorithm>

#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::kbuild {
namespace {

bool has_glob(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

/// The files of the repository around `folder` that git commands depend on.
void add_git_state(Observer& observer, std::string folder) {
  for (; folder.size() > 1; folder = dir_name(folder)) {
    const std::string git = join_path(folder, ".git");
    if (!is_folder(git)) continue;
    for (const char* name : {"HEAD", "index", "packed-refs", "refs/tags", "logs/HEAD"})
      observer.add_file(join_path(git, name));
    return;
  }
}

}  // namespace

void Observer::add_file(const std::string& path) {
  files_.insert(path);
}

void Observer::add_variable(const std::string& name) {
  environment_.insert(name);
}

void Observer::add_shell_command(std::string_view command, const std::string& folder) {
  std::string cleaned(command);
  for (char& c : cleaned)
    if (std::string_view("\"'`()|&;<>={},").find(c) != std::string_view::npos) c = ' ';
  std::string base = folder;
  bool after_cd = false;
  for (const std::string_view word : split_words(cleaned)) {
    if (word == "git") add_git_state(*this, base);
    if (word.starts_with('-') || word == "." || word == "/" || word.starts_with("/dev/")) continue;
    const std::string path = absolute_path(word, base);
    const bool folder_word = is_folder(path);
    if (after_cd && folder_word) base = path;
    after_cd = word == "cd" || word == "-C";
    if (exists(path) && (!folder_word || path != folder)) add_file(path);
  }
}

void Observer::add(const makelang::Evaluation& evaluation, const Environment& environment) {
  const makelang::Observations& seen = evaluation.observations();
  for (const makelang::MakefileUse& use : seen.makefiles) files_.insert(use.path);
  for (const std::string& file : seen.files_read) files_.insert(file);
  for (const auto& [pattern, matches] : seen.wildcards) {
    if (has_glob(pattern)) {
      wildcards_[pattern] = matches;
    } else {
      files_.insert(normal_path(pattern));
    }
  }
  const Environment& given = evaluation.setup().environment;
  for (const std::string& name : seen.environment_names) {
    const auto mine = environment.find(name);
    const auto theirs = given.find(name);
    const bool same = (mine == environment.end()) == (theirs == given.end()) &&
                      (mine == environment.end() || mine->second == theirs->second);
    if (same) environment_.insert(name);
  }
}

Inputs Observer::inputs(const std::set<std::string>& outputs,
                        const Environment& environment) const {
  Inputs inputs;
  const auto is_output = [&](const std::string& path) { return outputs.contains(path); };
  const auto is_trace = [](const std::string& path) {  // .NAME.cmd, .NAME.d
    const std::string name = base_name(path);
    return name.starts_with('.') && (name.ends_with(".cmd") || name.ends_with(".d"));
  };
  for (const std::string& file : files_)
    if (!is_output(file) && !is_trace(file)) inputs.files.emplace_back(file, stamp_of(file));
  for (const auto& [pattern, matches] : wildcards_) {
    std::vector<std::string> kept;
    std::copy_if(matches.begin(), matches.end(), std::back_inserter(kept),
                 [&](const std::string& match) { return !is_output(normal_path(match)); });
    inputs.wildcards.emplace_back(pattern, std::move(kept));
  }
  for (const std::string& name : environment_) {
    const auto found = environment.find(name);
    inputs.environment.emplace_back(
        name, found == environment.end() ? std::nullopt : std::optional(found->second));
  }
  return inputs;
}

}  // namespace kbx::kbuild
