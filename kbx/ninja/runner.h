#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// How a run of Ninja ended.
struct NinjaEnd {
  int status = 0;        // as CommandResult::status
  bool stopped = false;  // a signal asked to
};

/// Runs Ninja on the build.ninja of `folder`, whose lock the caller holds, and gives `take` what it
/// prints (talk.h). `more` are variables besides those of kbx; Ninja and its commands inherit the
/// descriptor `inherited`. Throws Error if Ninja is missing.
NinjaEnd run_ninja(const std::string& folder, const Environment& more, const RunOptions& options,
                   int inherited, const std::function<void(std::string_view)>& take);

/// Runs Ninja on the graph in the state folder and shows what it does in kbuild's words. Gives 0,
/// 1 after a failure, or 130 if a signal asked to stop. The caller holds the lock of the folder.
/// Throws Error if Ninja is missing or cannot read the graph.
int run_graph(const Layout& layout, const RunOptions& options);

/// The files that the compiler read for `output` in the last build, as Ninja remembers them
/// (`ninja -t deps`); nothing if it was not built yet.
std::optional<std::vector<std::string>> recorded_dependencies(const Layout& layout,
                                                              const std::string& output);

}  // namespace kbx::ninja
