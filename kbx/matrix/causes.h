#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "kbx/matrix/results.h"

namespace kbx::matrix {

/// One reason why cells failed: the same first error.
struct Cause {
  std::string driver;              // "" if it is not one driver's: a kernel that is not there
  Fault fault;                     // as the first of the cells has it
  std::vector<std::size_t> cells;  // indices into the results
  bool expected = true;            // of all of them
};

/// Groups the cells that failed by their first error. Lines move from kernel to kernel, so only the
/// file and the text count; an error in a driver's own file is that driver's alone. What nobody
/// expected comes first, then what most cells have.
std::vector<Cause> causes_of(const std::vector<CellResult>& cells);

/// A cell of a cause, without what the cause says of all its cells: of one driver's
/// "6.1.0-56-amd64@debug".
std::string name_within(const Cause& cause, const CellResult& cell);

/// What changed since an earlier run, by the cells' names.
struct Changes {
  std::vector<std::string> newly_failed;  // built before, or was not there
  std::vector<std::string> fixed;         // failed before
  std::vector<std::string> added;
  std::vector<std::string> removed;

  bool empty() const {
    return newly_failed.empty() && fixed.empty() && added.empty() && removed.empty();
  }
};

/// Failures that were expected are no failures here.
Changes changes_between(const Results& before, const Results& now);

}  // namespace kbx::matrix
