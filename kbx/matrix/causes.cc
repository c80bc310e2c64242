#include "kbx/matrix/causes.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace kbx::matrix {
namespace {

/// Files of a driver and of its kernel are named as they are within these; what has no file, or one
/// elsewhere, is a fault of the kernel as a whole or of a tool.
bool is_of_driver(const CellResult& cell) {
  return !cell.error || (!cell.error->file.empty() && cell.error->file.front() != '/');
}

}  // namespace

std::vector<Cause> causes_of(const std::vector<CellResult>& cells) {
  std::vector<Cause> causes;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> known;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellResult& cell = cells[i];
    if (!cell.failed()) continue;
    const Fault fault = cell.error.value_or(Fault{"", 0, "failed without a word"});
    const auto [entry, is_new] = known.try_emplace(
        {is_of_driver(cell) ? cell.driver : "", fault.file, fault.text}, causes.size());
    if (is_new) causes.push_back({cell.driver, fault, {}, true});
    Cause& cause = causes[entry->second];
    if (cause.driver != cell.driver) cause.driver.clear();
    cause.cells.push_back(i);
    cause.expected = cause.expected && cell.expects_failure;
  }
  std::ranges::stable_sort(causes, [](const Cause& a, const Cause& b) {
    if (a.expected != b.expected) return !a.expected;
    return a.cells.size() > b.cells.size();
  });
  return causes;
}

std::string name_within(const Cause& cause, const CellResult& cell) {
  return cause.driver.empty() ? cell.name : cell.name.substr(cell.name.find('/') + 1);
}

Changes changes_between(const Results& before, const Results& now) {
  std::map<std::string, const CellResult*> old;
  for (const CellResult& cell : before.cells) old.emplace(cell.name, &cell);
  Changes changes;
  for (const CellResult& cell : now.cells) {
    const auto known = old.find(cell.name);
    const bool failed_before = known != old.end() && known->second->failed_unexpectedly();
    if (known == old.end()) changes.added.push_back(cell.name);
    if (cell.failed_unexpectedly() && !failed_before) changes.newly_failed.push_back(cell.name);
    if (cell.built && failed_before) changes.fixed.push_back(cell.name);
    if (known != old.end()) old.erase(known);
  }
  for (const auto& [name, cell] : old) changes.removed.push_back(name);
  return changes;
}

}  // namespace kbx::matrix
