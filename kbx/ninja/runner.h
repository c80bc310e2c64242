#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// Runs Ninja on the graph in the state folder and shows what it does in kbuild's words. Gives 0,
/// 1 after a failure, or 130 if a signal asked to stop. The caller holds the lock of the folder.
/// Throws Error if Ninja is missing or cannot read the graph.
int run_graph(const Layout& layout, const RunOptions& options);

/// The files that the compiler read for `output` in the last build, as Ninja remembers them
/// (`ninja -t deps`); nothing if it was not built yet.
std::optional<std::vector<std::string>> recorded_dependencies(const Layout& layout,
                                                              const std::string& output);

}  // namespace kbx::ninja
