#include "kbx/matrix/table.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "kbx/base/text.h"

namespace kbx::matrix {
namespace {

constexpr std::size_t most_hints = 3;  // of one cause

std::string state_of(const CellResult& cell) {
  if (cell.passed_unexpectedly()) return "built, though a failure is expected";
  if (cell.built) return "built";
  return cell.expects_failure ? "failed, as expected" : "FAILED";
}

/// What is worth a word besides that a cell was built.
std::string remarks(const CellResult& cell) {
  std::vector<std::string> words;
  std::size_t kept_out = 0;
  std::size_t unproven = 0;
  for (const ModuleResult& module : cell.modules) {
    if (module.verdict == "would-not-load") ++kept_out;
    if (module.verdict == "no-evidence") ++unproven;
  }
  if (cell.built) words.push_back(counted(cell.modules.size(), "module"));
  if (!cell.warnings.empty()) words.push_back(counted(cell.warnings.size(), "warning"));
  if (kept_out > 0) words.push_back(fmt::format("{} would not load", kept_out));
  if (unproven > 0) words.push_back(fmt::format("{} without evidence", unproven));
  return join(words, ", ");
}

std::string cause_text(const Cause& cause, const std::vector<CellResult>& cells) {
  std::vector<std::string> names;
  for (const std::size_t i : cause.cells) names.push_back(name_within(cause, cells[i]));
  const std::string who = cause.driver.empty() ? "" : cause.driver + ": ";
  std::string text = fmt::format("  {}{}\n    {} {}\n", who, cause.fault.to_string(),
                                 cause.driver.empty() ? "in" : "on", join(names, ", "));
  const std::vector<std::string>& hints = cells[cause.cells.front()].hints;
  for (std::size_t i = 0; i < hints.size() && i < most_hints; ++i)
    text += "    hint: " + hints[i] + "\n";
  if (hints.size() > most_hints)
    text += fmt::format("    hint: and {} more, in the results\n", hints.size() - most_hints);
  return text;
}

void add_list(std::string& text, const char* title, const std::vector<std::string>& names) {
  if (!names.empty()) text += fmt::format("{}: {}\n", title, join(names, ", "));
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.2f} s", seconds);
  const long whole = static_cast<long>(seconds);
  return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string table_text(const Results& results, const Changes* changes) {
  std::string text;
  const std::vector<Cause> causes = causes_of(results.cells);
  const auto add_causes = [&](bool expected, const char* title) {
    if (std::ranges::none_of(causes,
                             [&](const Cause& cause) { return cause.expected == expected; }))
      return;
    text += std::string(title) + "\n";
    for (const Cause& cause : causes)
      if (cause.expected == expected) text += cause_text(cause, results.cells);
    text += "\n";
  };
  add_causes(false, "failures:");
  add_causes(true, "expected failures:");
  std::size_t width = 0;
  for (const CellResult& cell : results.cells) width = std::max(width, cell.name.size());
  std::vector<const CellResult*> ordered;
  for (const CellResult& cell : results.cells) ordered.push_back(&cell);
  std::ranges::stable_sort(ordered, [](const CellResult* a, const CellResult* b) {
    return a->failed_unexpectedly() && !b->failed_unexpectedly();
  });
  for (const CellResult* cell : ordered) {
    const std::string line =
        fmt::format("  {:<{}}  {:<19}  {}", cell->name, width, state_of(*cell), remarks(*cell));
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  if (changes) {
    add_list(text, "newly failed", changes->newly_failed);
    add_list(text, "fixed", changes->fixed);
    add_list(text, "new cells", changes->added);
    add_list(text, "cells that are gone", changes->removed);
  }
  for (const ninja::LaunchFigures& launcher : results.launchers)
    text += launcher.to_string() + "\n";
  const auto count = [&](auto member) {
    return std::ranges::count_if(results.cells, std::mem_fn(member));
  };
  const auto failed = count(&CellResult::failed_unexpectedly);
  const auto expected = count(&CellResult::failed) - failed;
  const auto built = static_cast<std::ptrdiff_t>(results.cells.size()) - failed - expected;
  text += counted(results.cells.size(), "cell") + ": ";
  if (failed > 0) text += fmt::format("{} failed, ", failed);
  if (expected > 0) text += fmt::format("{} failed as expected, ", expected);
  text += fmt::format("{} built in {}\n", built, duration_text(results.seconds));
  return text;
}

}  // namespace kbx::matrix
