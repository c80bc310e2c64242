#pragma once
#include <map>
#include <set>
#include <string>

#include "kbx/kbuild/plan.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::kbuild {

/// Collects what the evaluations of one plan hang on.
class Observer {
 public:
  /// Adds what one evaluation saw. `environment` is the one of the user, to tell his variables from
  /// those that one evaluation exports to the next.
  void add(const makelang::Evaluation& evaluation, const Environment& environment);
  void add_file(const std::string& path);
  void add_variable(const std::string& name);
  /// Files and folders that a shell command names.
  void add_shell_command(std::string_view command, const std::string& folder);

  /// Everything seen; outputs of the plan do not count.
  Inputs inputs(const std::set<std::string>& outputs, const Environment& environment) const;

 private:
  std::set<std::string> files_;
  std::map<std::string, std::vector<std::string>> wildcards_;
  std::set<std::string> environment_;
};

}  // namespace kbx::kbuild
