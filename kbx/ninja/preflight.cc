#include "kbx/ninja/preflight.h"

#include <set>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/doctor.h"

/// Which programs these are is read off the commands: words that name executable files of the tree.
namespace kbx::ninja {
namespace {

bool works_on_objects(const kbuild::Action& action) {
  return action.kind == kbuild::ActionKind::compile ||
         action.kind == kbuild::ActionKind::assemble ||
         action.kind == kbuild::ActionKind::composite;
}

/// Words that may name a program of the tree: options and plain names cannot.
std::set<std::string> paths_in(const kbuild::Plan& plan) {
  std::set<std::string> paths;
  for (const kbuild::Action& action : plan.actions) {
    if (!works_on_objects(action) || action.folder != plan.objtree) continue;
    // The saved command only: what else there is runs under conditions of its own.
    for (const kbuild::Step& step : action.steps) {
      if (step.save == kbuild::Step::Save::nothing) continue;
      for (const std::string_view word : split_words(step.text))
        if (word.starts_with("./")) paths.insert(normal_path(word));
    }
  }
  return paths;
}

}  // namespace

void check_tree_programs(const kbuild::Plan& plan, const kernel::Tree& tree) {
  for (const std::string& path : paths_in(plan)) {
    const std::string file = join_path(plan.objtree, path);
    if (!is_regular_file(file) || !is_executable(file)) continue;
    const std::string obstacle = kernel::obstacle_to_running(tree, path);
    if (obstacle.empty()) continue;
    throw Error(Location{file, 0},
                "this program of the kernel tree cannot run on this machine: " + obstacle,
                "every object has to pass through it: build where the headers are from, or in a "
                "container of that");
  }
}

}  // namespace kbx::ninja
