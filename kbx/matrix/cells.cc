#include "kbx/matrix/cells.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fnmatch.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

/// A cell's name is DRIVER/KERNEL, then "@" and a name for each further axis that the matrix has.
/// It is also the folder of what is made below the matrix's own.
namespace kbx::matrix {
namespace {

using Choices = std::map<Axis, Choice>;

bool fits(const std::string& glob, const std::string& name) {
  return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

/// kbuild splits paths at white space and refuses colons, and a name is one word for people too.
std::string plain_name(std::string_view text) {
  std::string name(text);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("._-+~").find(c) == std::string_view::npos)
      c = '-';
  return name;
}

/// The kernels of a matrix, each looked for once.
class Kernels {
 public:
  explicit Kernels(const Environment& environment) : environment_(environment) {}

  struct Found {
    kernel::Tree tree;
    std::string fault;
    std::string hint;
  };
  const Found& find(const std::string& spec) {
    const auto [entry, is_new] = found_.try_emplace(spec);
    if (!is_new) return entry->second;
    try {
      entry->second.tree = kernel::find_tree(spec, environment_);
    } catch (const Error& error) {
      entry->second.fault = Error(error.location(), error.what()).to_string();
      entry->second.hint = error.hint();
    }
    return entry->second;
  }

 private:
  const Environment& environment_;
  std::map<std::string, Found> found_;
};

std::string kernel_name(const Choice& kernel, const Kernels::Found& found) {
  if (!kernel.name.empty()) return kernel.name;
  if (!names_a_file(kernel.value)) {
    std::string name = replace_all(kernel.value, ":" + std::string(architecture_mark), "");
    return plain_name(replace_all(name, architecture_mark, ""));
  }
  return plain_name(found.tree.release.empty() ? base_name(kernel.value) : found.tree.release);
}

/// What all choices say of variables; a later axis beats an earlier one.
std::vector<std::string> all_variables(const Spec& spec, const Choices& choices) {
  Variables variables = spec.variables;
  for (const auto& [axis, choice] : choices)
    for (const auto& [name, value] : choice.variables) variables[name] = value;
  std::vector<std::string> words;
  for (const auto& [name, value] : variables) words.push_back(name + "=" + value);
  return words;
}

Cell cell_of(const Spec& spec, const Choices& choices, Kernels& kernels) {
  Cell cell;
  const auto architecture = choices.find(Axis::architecture);
  const Choice& kernel = choices.at(Axis::kernel);
  const Kernels::Found& found =
      kernels.find(replace_all(kernel.value, architecture_mark,
                               architecture == choices.end() ? "" : architecture->second.name));
  cell.tree = found.tree;
  cell.kernel_fault = found.fault;
  cell.kernel_hint = found.hint;
  for (const auto& [axis, choice] : choices)
    cell.names[axis] = axis == Axis::kernel ? kernel_name(kernel, found) : choice.name;
  cell.driver = choices.at(Axis::driver).value;
  cell.folders = choices.at(Axis::driver).folders;
  if (const auto config = choices.find(Axis::configuration); config != choices.end())
    cell.config = config->second.value;
  cell.variables = all_variables(spec, choices);
  cell.name = plain_name(cell.names[Axis::driver]) + "/" + cell.names[Axis::kernel];
  for (const Axis axis : {Axis::architecture, Axis::configuration, Axis::toolchain})
    if (const auto name = cell.names.find(axis); name != cell.names.end())
      cell.name += "@" + name->second;
  return cell;
}

void refuse_shared_configuration(const Cell& cell) {
  if (cell.config.empty() || cell.folders.size() < 2) return;
  throw Error("the driver of " + cell.name + " has " + std::to_string(cell.folders.size()) +
                  " folders, but a configuration is for one",
              "exclude the driver from the configurations, and include it without one");
}

bool matches(const Pattern& pattern, const Cell& cell) {
  return std::ranges::all_of(pattern.globs, [&](const auto& entry) {
    const auto name = cell.names.find(entry.first);
    return name != cell.names.end() && fits(entry.second, name->second);
  });
}

/// Calls `use` with one choice for each axis, the last axis changing fastest.
template <typename Use>
void for_each_product(const Spec& spec, std::size_t axis, Choices& choices, const Use& use) {
  if (axis == axis_count) return use(choices);
  const auto values = spec.axes.find(static_cast<Axis>(axis));
  if (values == spec.axes.end()) return for_each_product(spec, axis + 1, choices, use);
  for (const Choice& choice : values->second) {
    choices[values->first] = choice;
    for_each_product(spec, axis + 1, choices, use);
  }
}

}  // namespace

std::vector<Cell> cells_of(const Spec& spec, const Environment& environment) {
  Kernels kernels(environment);
  std::vector<Cell> cells;
  const auto is_excluded = [&](const Cell& cell) {
    return std::ranges::any_of(spec.exclude,
                               [&](const Pattern& pattern) { return matches(pattern, cell); });
  };
  Choices choices;
  if (spec.axes.contains(Axis::driver) && spec.axes.contains(Axis::kernel))
    for_each_product(spec, 0, choices, [&](const Choices& chosen) {
      Cell cell = cell_of(spec, chosen, kernels);
      if (!is_excluded(cell)) cells.push_back(std::move(cell));
    });
  for (const Addition& addition : spec.include)
    cells.push_back(cell_of(spec, addition.choices, kernels));
  std::set<std::string> names;
  for (Cell& cell : cells) {
    refuse_shared_configuration(cell);
    if (!names.insert(cell.name).second)
      throw Error("two cells of the matrix have the name " + cell.name,
                  "in kbx.json each driver and kernel can have a \"name\" of its own");
    for (const Pattern& pattern : spec.expect_failure) {
      if (!matches(pattern, cell)) continue;
      cell.expects_failure = true;
      cell.expected_because = pattern.reason;
    }
  }
  if (cells.empty()) throw Error("the matrix has no cells", "everything is excluded");
  return cells;
}

std::vector<Cell> chosen_cells(std::vector<Cell> cells, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return cells;
  for (const std::string& pattern : patterns)
    if (std::ranges::none_of(cells, [&](const Cell& cell) { return fits(pattern, cell.name); }))
      throw Error("no cell has a name like " + pattern, "kbx matrix --list shows the names");
  std::erase_if(cells, [&](const Cell& cell) {
    return std::ranges::none_of(
        patterns, [&](const std::string& pattern) { return fits(pattern, cell.name); });
  });
  return cells;
}

}  // namespace kbx::matrix
