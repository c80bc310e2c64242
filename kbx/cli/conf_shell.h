#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/probe_cache.h"

namespace kbx::cli {

/// Runs the $(shell) commands of Kconfig files. What a command printed is remembered under its
/// text, the folder, the environment, and every program and file that it is known to look at; not
/// if it printed on standard error, which has to be seen each time.
class ConfShell {
 public:
  /// Without `remember` everything is run.
  ConfShell(const Environment& environment, bool remember);

  std::string operator()(const std::string& command);
  /// Writes what is new. A cache that cannot be written costs time, nothing else.
  void save();

 private:
  std::string identities(const std::vector<std::string>& words);
  const std::string& identity(std::string_view word);
  std::string own_programs(std::string_view compiler);
  std::string read_by_script(std::string_view script);
  const std::string& named_programs();
  bool may_be_remembered(std::string_view word) const;
  bool is_lasting(const std::vector<std::string>& words, int status) const;

  const Environment& environment_;
  bool remember_;
  std::string folder_;
  std::string path_;
  std::string variables_;
  kernel::ProbeCache cache_;
  std::map<std::string, std::string, std::less<>> identities_;
  std::map<std::string, std::string> folders_;  // what lies in folders of scripts
  std::string named_programs_;                  // "" until someone asks
};

}  // namespace kbx::cli
