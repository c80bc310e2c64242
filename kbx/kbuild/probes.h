#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "kbx/base/process.h"
#include "kbx/kernel/probe_cache.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// Runs the $(shell) commands of a kernel tree's Makefiles once per (programs, command) and
/// remembers them on disk; those of the driver's own Makefiles every time.
class ProbingShell {
 public:
  /// `cache_file` is where results are kept ("": nowhere); `driver` is the value of M=.
  ProbingShell(const std::string& cache_file, std::string driver, const Environment& environment);

  makelang::ShellResult operator()(const makelang::ShellCall& call);
  /// Writes what is new. A cache that cannot be written costs time, nothing else, so that is no
  /// error.
  void save();

  /// What tells that a program is another one than before: its file's place, size and time. "" if
  /// PATH has none.
  const std::string& program_identity(std::string_view word);

  /// The files of all programs and scripts that the commands so far name.
  const std::set<std::string>& program_files() const { return files_; }

 private:
  bool may_be_remembered(const makelang::ShellCall& call) const;
  std::string identities(std::string_view command, const std::string& folder);

  kernel::ProbeCache cache_;
  std::string driver_;
  std::string path_;
  std::map<std::string, std::string, std::less<>> programs_;
  std::set<std::string> files_;
};

}  // namespace kbx::kbuild
