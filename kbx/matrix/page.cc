#include "kbx/matrix/page.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "kbx/base/text.h"
#include "kbx/matrix/table.h"

/// The frame has @NAME@ where a part goes. Whatever comes from compilers or from names of files is
/// escaped when it enters the text, and parts are put in by one pass, so that nothing that is in
/// one is taken for a mark.
namespace kbx::matrix {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\0':
        break;
      default:
        safe += c;
    }
  return safe;
}

std::string_view class_of(const CellResult& cell) {
  if (cell.failed_unexpectedly()) return "bad";
  if (cell.expects_failure || !cell.warnings.empty()) return "odd";
  const bool loads = std::ranges::all_of(
      cell.modules, [](const ModuleResult& module) { return module.reasons.empty(); });
  return loads ? "good" : "odd";
}

std::string state_of(const CellResult& cell) {
  if (cell.passed_unexpectedly()) return "built, failure expected";
  if (cell.built) return "built";
  return cell.expects_failure ? "failed as expected" : "failed";
}

/// Where a cell is told of on the page: within what is folded, which browsers unfold when a link
/// leads into it (HTML, "ancestor revealing algorithm").
std::string anchor(std::size_t index) {
  return fmt::format("cell-{}", index);
}

std::string names_list(const std::vector<std::string>& names) {
  std::string text = "<ul class=\"names\">";
  for (const std::string& name : names) text += "<li>" + escaped(name) + "</li>";
  return text + "</ul>\n";
}

std::string changes_part(const Changes* changes) {
  if (!changes || changes->empty()) return "";
  std::string text = "<h2>Since the last run</h2>\n";
  const auto add = [&](const char* title, const std::vector<std::string>& names) {
    if (!names.empty()) text += fmt::format("<p>{}</p>\n{}", title, names_list(names));
  };
  add("Newly failed", changes->newly_failed);
  add("Fixed", changes->fixed);
  add("New", changes->added);
  add("Gone", changes->removed);
  return text;
}

std::string words_of(const CellResult& cell) {
  std::string words;
  for (const FailedCommand& failure : cell.failures) words += failure.words;
  return words.empty() ? "" : "<pre>" + escaped(words) + "</pre>\n";
}

std::string hints_of(const CellResult& cell) {
  if (cell.hints.empty()) return "";
  std::string text = "<ul class=\"hints\">\n";
  for (const std::string& hint : cell.hints) text += "<li>" + escaped(hint) + "</li>\n";
  return text + "</ul>\n";
}

std::string causes_part(const std::vector<CellResult>& cells) {
  const std::vector<Cause> causes = causes_of(cells);
  if (causes.empty()) return "";
  std::string text = "<h2>Failures by cause</h2>\n";
  for (const Cause& cause : causes) {
    text += fmt::format("<details{}><summary><span class=\"state {}\">{}</span> {}<code>{}</code>",
                        cause.expected ? "" : " open", cause.expected ? "odd" : "bad",
                        cause.cells.size(),
                        cause.driver.empty() ? "" : "<b>" + escaped(cause.driver) + "</b> ",
                        escaped(cause.fault.to_string()));
    text += "<ul class=\"names\">";
    for (const std::size_t i : cause.cells)
      text += fmt::format("<li><a href=\"#{}\">{}</a></li>", anchor(i),
                          escaped(name_within(cause, cells[i])));
    const CellResult& first = cells[cause.cells.front()];
    text += "</ul></summary>\n" + hints_of(first) + words_of(first) + "</details>\n";
  }
  return text;
}

/// A cell's row: its driver and all that is not its kernel.
std::string row_of(const CellResult& cell) {
  std::string row = cell.driver;
  for (const std::string* name : {&cell.architecture, &cell.configuration, &cell.toolchain})
    if (!name->empty()) row += " @" + *name;
  return row;
}

std::string grid_cell(const CellResult& cell, std::size_t index) {
  std::string words = cell.built ? counted(cell.modules.size(), "module") : "failed";
  if (!cell.warnings.empty()) words += fmt::format(", {}&#9888;", cell.warnings.size());
  return fmt::format("<td class=\"{}\"><a href=\"#{}\" title=\"{}\">{} {}</a></td>", class_of(cell),
                     anchor(index), escaped(cell.name), cell.built ? "&#10003;" : "&#10007;",
                     words);
}

std::string grid_part(const std::vector<CellResult>& cells) {
  std::vector<std::string> kernels;
  std::vector<std::string> rows;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  const auto add = [](std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (std::size_t i = 0; i < cells.size(); ++i) {
    add(kernels, cells[i].kernel);
    add(rows, row_of(cells[i]));
    places.emplace(std::pair(row_of(cells[i]), cells[i].kernel), i);
  }
  std::string text = "<thead><tr><th></th>";
  for (const std::string& kernel : kernels)
    text += "<th scope=\"col\">" + escaped(kernel) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const std::string& row : rows) {
    text += "<tr><th scope=\"row\">" + escaped(row) + "</th>";
    for (const std::string& kernel : kernels) {
      const auto place = places.find({row, kernel});
      text += place == places.end() ? "<td></td>" : grid_cell(cells[place->second], place->second);
    }
    text += "</tr>\n";
  }
  return text + "</tbody>";
}

std::string verdict_of(const ModuleResult& module) {
  if (module.verdict == "would-load") return "would load";
  if (module.verdict == "would-not-load") return "would not load";
  return module.verdict.empty() ? "" : "nothing proves that it would load";
}

std::string modules_table(const CellResult& cell) {
  if (cell.modules.empty()) return "";
  std::string text = "<div class=\"wide\"><table class=\"plain\">\n";
  for (const ModuleResult& module : cell.modules)
    text += fmt::format(
        "<tr><th scope=\"row\">{}.ko</th><td class=\"number\">{}</td><td>{}</td>"
        "<td>{}</td></tr>\n",
        escaped(module.name), module.built ? size_text(module.size) : "not built",
        verdict_of(module), escaped(join(module.reasons, "; ")));
  return text + "</table></div>\n";
}

std::string lines_of(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  return fmt::format("<p>{}</p>\n<pre>{}</pre>\n", title, escaped(join(lines, "\n")));
}

std::string cells_part(const std::vector<CellResult>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellResult& cell = cells[i];
    text += fmt::format(
        "<details class=\"cell\"><summary><span class=\"state {}\">{}</span> {} "
        "<span class=\"faint\">{}</span></summary>\n<div id=\"{}\">\n",
        class_of(cell), state_of(cell), escaped(cell.name), duration_text(cell.seconds), anchor(i));
    if (!cell.expected_because.empty())
      text += "<p>Expected to fail: " + escaped(cell.expected_because) + "</p>\n";
    if (cell.error) text += "<p><code>" + escaped(cell.error->to_string()) + "</code></p>\n";
    text += hints_of(cell) + words_of(cell) + modules_table(cell) +
            lines_of("Warnings", cell.warnings) + lines_of("Notes", cell.notes) +
            "</div>\n</details>\n";
  }
  return text;
}

std::string sum_part(const std::vector<CellResult>& cells) {
  std::string text;
  const auto add = [&](const char* kind, auto is_counted, const char* words) {
    const auto number = std::ranges::count_if(cells, is_counted);
    if (number > 0) text += fmt::format("<li class=\"{}\">{} {}</li>", kind, number, words);
  };
  add(
      "bad", [](const CellResult& cell) { return cell.failed_unexpectedly(); }, "failed");
  add(
      "odd", [](const CellResult& cell) { return cell.failed() && cell.expects_failure; },
      "failed as expected");
  add(
      "odd", [](const CellResult& cell) { return cell.passed_unexpectedly(); },
      "built though a failure is expected");
  add(
      "good", [](const CellResult& cell) { return cell.built && !cell.expects_failure; }, "built");
  add(
      "odd", [](const CellResult& cell) { return !cell.warnings.empty(); }, "with warnings");
  return text;
}

/// `frame` with the parts in the places of their marks.
std::string filled(std::string_view frame, const std::map<std::string_view, std::string>& parts) {
  std::string text;
  for (std::size_t at = 0; at < frame.size();) {
    const std::size_t mark = frame.find('@', at);
    const std::size_t end = mark == std::string_view::npos ? mark : frame.find('@', mark + 1);
    if (end == std::string_view::npos) return text.append(frame.substr(at));
    const auto part = parts.find(frame.substr(mark + 1, end - mark - 1));
    text.append(frame.substr(at, mark - at));
    if (part == parts.end()) {
      text += '@';
      at = mark + 1;
    } else {
      text += part->second;
      at = end + 1;
    }
  }
  return text;
}

std::string when_part(const Results& results) {
  std::string text = results.when + ", in " + duration_text(results.seconds);
  for (const ninja::LaunchFigures& launcher : results.launchers)
    text += "; " + launcher.to_string();
  return escaped(text);
}

}  // namespace

std::string page_text(std::string_view frame, const Results& results, const Changes* changes) {
  const std::vector<CellResult>& cells = results.cells;
  const auto failed = std::ranges::count_if(cells, &CellResult::failed_unexpectedly);
  return filled(
      frame,
      {{"TITLE", failed > 0 ? fmt::format("{} of {} failed", failed, counted(cells.size(), "cell"))
                            : fmt::format("{} as expected", counted(cells.size(), "cell"))},
       {"WHEN", when_part(results)},
       {"SUM", sum_part(cells)},
       {"CHANGES", changes_part(changes)},
       {"CAUSES", causes_part(cells)},
       {"GRID", grid_part(cells)},
       {"CELLS", cells_part(cells)}});
}

}  // namespace kbx::matrix
