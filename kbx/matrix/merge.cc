#include "kbx/matrix/merge.h"

#include <algorithm>

namespace kbx::matrix {

Results merged(const std::vector<Results>& parts) {
  Results all;
  for (const Results& part : parts) {
    all.when = std::max(all.when, part.when);
    all.seconds = std::max(all.seconds, part.seconds);
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
