#include "kbx/matrix/bisect.h"

#include <algorithm>

namespace kbx::matrix {
namespace {

std::string name_without_kernel(const Cell& cell) {
  std::string name;
  for (const auto& [axis, value] : cell.names)
    if (axis != Axis::kernel) name += (name.empty() ? "" : "@") + value;
  return name;
}

/// One search: the cells below `from` build, those from `to` on fail.
struct Search {
  std::size_t from = 0;
  std::size_t to = 0;

  bool is_over() const { return from == to; }
  std::size_t middle() const { return from + (to - from) / 2; }
};

}  // namespace

std::optional<std::vector<Bisection>> bisect(const std::vector<Cell>& cells, const Builder& build) {
  std::vector<Bisection> found;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string name = name_without_kernel(cells[i]);
    auto row = std::ranges::find(found, name, &Bisection::name);
    if (row == found.end()) row = found.insert(found.end(), {name, {}, {}, {}});
    row->cells.push_back(i);
  }
  std::vector<Search> searches;
  for (const Bisection& row : found) searches.push_back({0, row.cells.size()});
  while (!std::ranges::all_of(searches, &Search::is_over)) {
    std::vector<std::size_t> round;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (searches[i].is_over()) continue;
      rows.push_back(i);
      round.push_back(found[i].cells[searches[i].middle()]);
    }
    const auto built = build(round);
    if (!built) return std::nullopt;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Search& search = searches[rows[i]];
      if ((*built)[i]) {
        found[rows[i]].built = round[i];
        search.from = search.middle() + 1;
      } else {
        found[rows[i]].fails = round[i];
        search.to = search.middle();
      }
    }
  }
  return found;
}

}  // namespace kbx::matrix
