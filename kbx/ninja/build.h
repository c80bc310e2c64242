#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kbx/base/process.h"
#include "kbx/kbuild/plan.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// Writes the graph for `plan` into the state folder, with compile_commands.json and the stamp that
/// makes the next run short, and removes what an earlier plan made and this one does not. The
/// caller holds the lock of the folder.
void write_graph(const kbuild::Plan& plan, const Layout& layout, std::string_view request_hash);

/// True if the graph of an earlier write_graph is still right for this request (see fresh).
bool graph_is_fresh(const Layout& layout, std::string_view request_hash,
                    const Environment& environment);

/// write_graph, and runs Ninja. Gives the exit status: 0, 1 after a failure, 130 if a signal asked
/// to stop. Waits for another kbx in the same folder. Throws Error for anything but a failed
/// command.
int build(const kbuild::Plan& plan, const Layout& layout, const RunOptions& options,
          std::string_view request_hash);

/// The short way: runs the graph if it is fresh, else gives nothing and the caller has to make a
/// plan.
std::optional<int> build_if_fresh(const Layout& layout, const RunOptions& options,
                                  std::string_view request_hash, const Environment& environment);

/// The text of compile_commands.json: one entry per compiled C or assembler source, with the true
/// place of the source, as clangd wants it.
std::string compile_commands_text(const kbuild::Plan& plan);

}  // namespace kbx::ninja
