#pragma once
#include <string>
#include <utility>
#include <vector>

#include "kbx/kbuild/plan.h"
#include "kbx/ninja/fixdep.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// The shell text of one action in the parts that the rule templates put together.
struct EdgeText {
  std::string before;
  std::string command;
  std::string after;
  std::string depfile;                                     // for Ninja, or ""
  std::string response_file;                               // holds `command` while it runs, or ""
  std::vector<std::pair<std::string, std::string>> files;  // scripts: absolute path, content
};

/// Puts the steps of `action` and what has to be recorded after them into shell text, all but its
/// environment.
EdgeText edge_text(const kbuild::Action& action, const Layout& layout,
                   const FixdepDialect& dialect);

/// What all commands of a plan find in their environment, as far as Ninja itself can be given it:
/// the variables that every one of `environments` has with the same value.
Environment common_environment(const std::vector<Environment>& environments);

/// A script that sets an environment of the plan: one export per variable that a shell can name and
/// that is not in `common`.
std::string environment_text(const Environment& environment, const Environment& common);

}  // namespace kbx::ninja
