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

/// A script that sets an environment of the plan: one export per variable that a shell can name.
std::string environment_text(const Environment& environment);

}  // namespace kbx::ninja
