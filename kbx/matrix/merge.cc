#include "kbx/matrix/merge.h"

#include <algorithm>

namespace kbx::matrix {

namespace {

void add(const ninja::LaunchFigures& figures, std::vector<ninja::LaunchFigures>& sums) {
  const auto known = std::ranges::find(sums, figures.launcher, &ninja::LaunchFigures::launcher);
  if (known == sums.end()) return sums.push_back(figures);
  known->compiles += figures.compiles;
  known->served += figures.served;
}

}  // namespace

Results merged(const std::vector<Results>& parts) {
  Results all;
  for (const Results& part : parts) {
    all.when = std::max(all.when, part.when);
    all.seconds = std::max(all.seconds, part.seconds);
    for (const ninja::LaunchFigures& launcher : part.launchers) add(launcher, all.launchers);
    for (const CellResult& cell : part.cells) {
      const auto known = std::ranges::find(all.cells, cell.name, &CellResult::name);
      if (known == all.cells.end())
        all.cells.push_back(cell);
      else
        *known = cell;
    }
  }
  return all;
}

}  // namespace kbx::matrix
