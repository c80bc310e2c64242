#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/matrix/cells.h"
#include "kbx/matrix/results.h"
#include "kbx/ninja/session.h"

namespace kbx::matrix {

/// Who is told how a run goes on. All may be missing.
struct Listener {
  std::function<void(std::size_t done, std::size_t failed)> cells;  // so many of the cells
  /// A command ended: "3/7" of all, the cell that it belongs to and kbuild's short form.
  std::function<void(std::string_view count, std::string_view cell, std::string_view text)> command;
  std::function<void(const Cell& cell, const Fault& fault)> failure;  // the cell's first
};

/// How a matrix is run.
struct RunSettings {
  std::string out;  // folder of all that is made, absolute
  ninja::Job job;   // what the cells have in common; folders, tree and the like are filled in
  Listener listener;
};

/// Builds the cells as one graph with one pool of jobs. A cell that cannot be planned, or whose
/// graph Ninja refuses, fails by itself. Gives one result per cell, in their order; nothing if a
/// signal asked to stop. Waits for another kbx that works in the same folder. Throws Error if Ninja
/// is missing or files cannot be written.
std::optional<std::vector<CellResult>> run_cells(const std::vector<Cell>& cells,
                                                 const RunSettings& settings);

/// What the launcher of the cells' compilers did in the last run_cells; nothing if it did nothing,
/// or does not tell.
std::optional<ninja::LaunchFigures> launch_figures(const RunSettings& settings);

}  // namespace kbx::matrix
