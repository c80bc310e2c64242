// What goes to sub-makes and recipes (GNU make manual, "Communicating Variables to a Sub-make",
// "Communicating Options to a Sub-make").
#include "kbx/makelang/environment.h"

#include <algorithm>

#include "kbx/base/text.h"
#include "kbx/makelang/expand.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/scan.h"

namespace kbx::makelang {
namespace {

constexpr std::string_view overrides_name = "-*-command-variables-*-";

/// True if shells can have a variable of this name.
bool is_shell_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), is_name_letter);
}

/// A command line variable as a word of MAKEFLAGS.
std::string quoted_for_flags(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '$')
      quoted += '$';
    else if (is_space(c) || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted;
}

class EnvironmentBuilder {
 public:
  EnvironmentBuilder(EvaluationState& state, const Scope* scope)
      : state_(state), expander_(state, scope, {}) {}

  /// What is private to other targets is exported all the same, as GNU make 4.3 does.
  void add_all(const VariableTable& table, bool in_target) {
    for (const auto& [name, variable] : table)
      if (!result_.contains(name)) add(name, variable, table, in_target);
  }
  /// Values come last: expanding one may define variables, and so change the tables.
  Environment finish() {
    for (const auto& [name, table] : wanted_)
      if (const auto found = table->find(name); found != table->end())
        result_[name] = value_of(name, found->second);
    return std::move(result_);
  }

 private:
  void add(const std::string& name, const Variable& variable, const VariableTable& table,
           bool in_target) {
    Export exported = variable.exported;
    if (in_target && exported == Export::by_default) {
      if (const Variable* global = state_.globals.find(name)) exported = global->exported;
    }
    if (exported == Export::no) {
      // The shell that started make stays the shell of its children.
      if (name == "SHELL" && state_.had_shell_of_environment)
        result_.emplace(name, state_.shell_of_environment);
      return;
    }
    if (exported == Export::by_default && !goes_by_default(name, variable)) return;
    result_.emplace(name, "");
    wanted_.emplace_back(name, &table);
  }
  bool goes_by_default(const std::string& name, const Variable& variable) const {
    const Origin origin = variable.origin;
    if (origin == Origin::default_ || origin == Origin::automatic) return false;
    const bool candidate = state_.export_all || origin == Origin::command_line ||
                           origin == Origin::environment || origin == Origin::environment_override;
    return candidate && is_shell_name(name);
  }
  std::string value_of(const std::string& name, const Variable& variable) {
    const bool as_it_came =
        variable.origin == Origin::environment || variable.origin == Origin::environment_override;
    if (variable.flavor == Flavor::simple && !variable.is_append) return variable.value;
    if (as_it_came && !variable.is_append) return variable.value;
    std::string value;
    expander_.append_value(value, name, variable);
    return value;
  }

  EvaluationState& state_;
  Expander expander_;
  Environment result_;
  std::vector<std::pair<std::string, const VariableTable*>> wanted_;
};

}  // namespace

std::string quote_command_variables(EvaluationState& state) {
  std::vector<std::string> names;
  for (const std::string& text : state.setup.command_line_variables)
    if (const auto assignment = parse_assignment(text)) {
      std::string name(assignment->name);
      if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(std::move(name));
    }
  std::string result;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const Variable* variable = state.globals.find(*name);
    if (!variable) continue;
    if (!result.empty()) result += ' ';
    result += quoted_for_flags(*name + (variable->flavor == Flavor::simple ? ":=" : "=") +
                               variable->value);
  }
  return result;
}

std::string reading_flags(std::string_view flags) {
  std::vector<std::string> kept;
  bool first = true;
  for (std::string_view word : split_words(flags)) {
    if (word == "--") break;
    const bool letters = first && word[0] != '-';
    const bool plain_long = word.starts_with("--") && word.find('=') == std::string_view::npos;
    if (letters || plain_long) kept.emplace_back(word);
    first = false;
  }
  // The first word is that of the letters, be it empty.
  if (!kept.empty() && kept[0].starts_with('-')) kept.insert(kept.begin(), "");
  return join(kept, " ");
}

std::string option_part(std::string_view flags) {
  return std::string(trim(flags.substr(0, flags.find(" -- "))));
}

void define_flags(EvaluationState& state, std::string_view flags, bool with_variables) {
  const std::string& variables = state.command_variables;
  std::string value = replace_all(flags, "$", "$$");
  const std::string_view trimmed = trim(value);
  std::string dashed = trimmed.empty() || trimmed[0] == '-' ? "" : "-";
  dashed += trimmed;
  if (!variables.empty()) {
    define_global(state, {overrides_name, variables, Flavor::simple, Origin::automatic, {}});
    define_global(
        state,
        {"MAKEOVERRIDES", "${-*-command-variables-*-}", Flavor::recursive, Origin::environment, {}})
        .exported = Export::yes;
    if (with_variables) value += " -- $(MAKEOVERRIDES)";
  }
  Variable& current =
      define_global(state, {"MAKEFLAGS", value, Flavor::recursive, Origin::file, {}});
  current.exported = Export::yes;
  define_global(state, {"MFLAGS", std::move(dashed), Flavor::recursive, Origin::environment, {}});
  state.flags_are_final = with_variables;
}

Environment make_recipe_environment(EvaluationState& state, const Scope* scope) {
  EnvironmentBuilder builder(state, scope);
  for (const Scope* at = scope; at; at = at->outer) builder.add_all(at->table, true);
  builder.add_all(state.export_all ? state.globals.all() : state.globals.asked_for(), false);
  Environment result = builder.finish();
  result["MAKELEVEL"] = std::to_string(state.setup.level + 1);
  if (!state.flags_are_final) {
    const std::string& variables = state.command_variables;
    std::string& flags = result["MAKEFLAGS"];
    if (!variables.empty()) flags += " -- " + variables;
  }
  return result;
}

}  // namespace kbx::makelang
