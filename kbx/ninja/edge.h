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

/// Puts the steps of `action` and what has to be recorded after them into shell text.
EdgeText edge_text(const kbuild::Action& action, const Layout& layout,
                   const FixdepDialect& dialect);

/// The file that `kbx step` and Ninja share for an environment of the plan.
std::string environment_file(const Layout& layout, int index);
/// Its content: one export per variable that a shell can name.
std::string environment_text(const Environment& environment);

}  // namespace kbx::ninja
