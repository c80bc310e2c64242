#include "kbx/makelang/run_database.h"

#include <algorithm>

#include <fmt/format.h>

#include "kbx/base/text.h"

namespace kbx::makelang {
namespace {

const char* origin_name(Origin origin) {
  switch (origin) {
    case Origin::default_:
      return "default";
    case Origin::environment:
      return "environment";
    case Origin::file:
      return "makefile";
    case Origin::environment_override:
      return "environment under -e";
    case Origin::command_line:
      return "command line";
    case Origin::override_:
      return "'override' directive";
    case Origin::automatic:
      return "automatic";
  }
  return "";
}

std::string variable_text(const Evaluation& evaluation, const std::string& name,
                          const Variable& variable) {
  std::string text = fmt::format("# {}", origin_name(variable.origin));
  if (variable.where) {
    const Location place = evaluation.files().written_location(variable.where);
    text += fmt::format(" (from '{}', line {})", place.file, place.line);
  }
  text += '\n';
  if (variable.value.find('\n') != std::string::npos)
    return text + fmt::format("define {}\n{}\nendef\n", name, variable.value);
  return text + fmt::format("{} {}= {}\n", name, variable.flavor == Flavor::simple ? ":" : "",
                            variable.flavor == Flavor::simple
                                ? replace_all(variable.value, "$", "$$")
                                : variable.value);
}

std::string recipe_text(const Evaluation& evaluation, const RecipePtr& recipe) {
  if (!recipe) return {};
  const Location place = evaluation.files().written_location(recipe->where);
  std::string text =
      place.file.empty()
          ? std::string("#  recipe to execute (built-in):\n")
          : fmt::format("#  recipe to execute (from '{}', line {}):\n", place.file, place.line);
  for (const RecipeLine& line : recipe->lines)
    text += fmt::format("{}{}\n", recipe->prefix, replace_all(line.text, "\n", "\n\t"));
  return text;
}

template <typename List>
std::string prerequisites_text(const List& prerequisites) {
  std::string normal;
  std::string order_only;
  for (const Prerequisite& prerequisite : prerequisites)
    (prerequisite.order_only ? order_only : normal) += " " + prerequisite.name;
  return normal + (order_only.empty() ? "" : " |" + order_only);
}

void print_variables(const Evaluation& evaluation, Output& output) {
  output.print("\n# Variables\n\n");
  std::vector<const VariableTable::value_type*> entries;
  for (const auto& entry : evaluation.global_variables()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* entry : entries)
    output.print(variable_text(evaluation, entry->first, entry->second));
}

void print_rules(const Evaluation& evaluation, Output& output) {
  output.print("\n# Implicit Rules\n");
  for (const PatternRule& rule : evaluation.rules().patterns)
    output.print(fmt::format("\n{}:{}{}\n{}", join(rule.targets, " "), rule.terminal ? ":" : "",
                             prerequisites_text(rule.prerequisites),
                             recipe_text(evaluation, rule.recipe)));
}

void print_files(const Evaluation& evaluation, const Graph& graph, Output& output) {
  output.print("\n# Files\n");
  std::vector<const Node*> nodes;
  for (const Node& node : graph.nodes())
    if (!node.renamed) nodes.push_back(&node);
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const Node* a, const Node* b) { return a->name < b->name; });
  for (const Node* node : nodes) {
    std::string text = node->is_target ? "\n" : "\n# Not a target:\n";
    text += node->name + (node->first_rule ? "::" : ":") +
            prerequisites_text(graph.resolved(*node).prerequisites) + "\n";
    if (node->phony) text += "#  Phony target (prerequisite of .PHONY).\n";
    if (node->precious) text += "#  Precious file (prerequisite of .PRECIOUS).\n";
    text += recipe_text(evaluation, node->recipe);
    output.print(text);
  }
}

}  // namespace

void print_data_base(const Evaluation& evaluation, const Graph& graph, Output& output) {
  output.print("\n# Make data base\n");
  print_variables(evaluation, output);
  print_rules(evaluation, output);
  print_files(evaluation, graph, output);
  output.print("\n# Finished Make data base\n\n");
}

}  // namespace kbx::makelang
