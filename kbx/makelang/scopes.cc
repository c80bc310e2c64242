// GNU make manual, "Target-specific Variable Values" and "Pattern-specific Variable Values".
#include "kbx/makelang/scopes.h"

#include "kbx/base/text.h"
#include "kbx/makelang/pattern.h"

namespace kbx::makelang {
namespace {

/// A value that the command line or -e gives goes before all but `override`.
void prefer_command_line(EvaluationState& state, TargetAssignment& assignment) {
  if (assignment.variable.origin == Origin::override_) return;
  const Variable* found = state.globals.find(assignment.name);
  if (!found) return;
  const Variable& global = *found;
  if (global.origin != Origin::command_line && global.origin != Origin::environment_override)
    return;
  Variable& variable = assignment.variable;
  variable.value = global.value;
  variable.origin = global.origin;
  variable.flavor = global.flavor;
  variable.pieces = pieces_of(global);
  variable.is_append = false;
}

/// The Variable of an assignment. `own` is what the target's own set holds already.
Variable make_variable(Expander& expander, const AssignmentText& assignment, const Variable* own,
                       bool pattern) {
  Variable variable;
  variable.value = assignment.value;
  switch (assignment.op) {
    case Operator::recursive:
      break;
    case Operator::simple:
      variable.flavor = Flavor::simple;
      variable.value = expander.expand(assignment.value);
      break;
    case Operator::conditional:
      variable.is_conditional = true;
      break;
    case Operator::shell:
      variable.is_command = pattern;
      if (!pattern) variable.value = expander.shell(expander.expand(assignment.value), false);
      break;
    case Operator::append:
      variable.is_append = true;
      if (own && own->flavor == Flavor::simple) {
        variable.flavor = Flavor::simple;
        variable.value = expander.expand(assignment.value);
      }
      break;
  }
  return variable;
}

Scope& reading_scope(EvaluationState& state, const std::string& target) {
  auto found = state.reading_scopes.find(target);
  if (found == state.reading_scopes.end()) {
    found = state.reading_scopes.emplace(target, std::make_unique<Scope>()).first;
    found->second->outer_is_other_target = true;
  }
  return *found->second;
}

/// The variable that ?= of a pattern finds: its own set and the global one count, those of other
/// targets do not.
Variable* present_variable(EvaluationState& state, Scope& scope, std::string_view name) {
  const auto own = scope.table.find(name);
  return own != scope.table.end() ? &own->second : state.globals.find(name);
}

/// A target-specific ?= that finds a value leaves the value alone, but GNU make 4.3 gives its
/// modifiers to the variable found, be it a global one; one from the environment is exported no
/// more.
void give_modifiers(Variable& variable, bool is_private, Export exported) {
  variable.is_private = is_private;
  const bool imported =
      variable.origin == Origin::environment || variable.origin == Origin::environment_override;
  variable.exported = imported && exported == Export::by_default ? Export::no : exported;
}

}  // namespace

void assign_in_scope(EvaluationState& state, Scope& scope, const TargetAssignment& assignment) {
  const Variable& given = assignment.variable;
  if (given.is_command) {
    TargetAssignment outcome = assignment;
    outcome.variable.is_command = false;
    Expander inside(state, &scope, given.where);
    outcome.variable.value = inside.shell(inside.expand(given.value), false);
    assign_in_scope(state, scope, outcome);
    return;
  }
  if (given.is_conditional) {
    if (Variable* present = present_variable(state, scope, assignment.name)) {
      give_modifiers(*present, given.is_private, given.exported);
      return;
    }
  }
  const auto found = scope.table.find(assignment.name);
  if (found == scope.table.end()) {
    Variable& variable = scope.table.emplace(assignment.name, given).first->second;
    variable.is_conditional = false;
    return;
  }
  Variable& old = found->second;
  if (given.origin < old.origin) return;
  if (!given.is_append) {
    old = given;
    old.is_conditional = false;
    return;
  }
  std::string added = given.value;
  if (old.flavor == Flavor::simple && given.flavor == Flavor::recursive)
    added = Expander(state, &scope, given.where).expand(given.value);
  if (!added.empty()) {
    append_text(old, added, given.where);
    old.origin = given.origin;
  }
  old.is_private = given.is_private;
  old.exported = given.exported;
}

void record_target_assignment(Expander& expander, const std::string& target,
                              const AssignmentText& text, const Modifiers& modifiers,
                              SourceRef where) {
  EvaluationState& state = expander.state();
  const bool pattern = is_pattern(target);
  Scope* scope = pattern ? nullptr : &reading_scope(state, target);
  Expander inside(expander, scope);
  TargetAssignment assignment;
  assignment.name = inside.expand(text.name);
  if (assignment.name.empty()) throw state.error(where, "empty variable name");
  const Variable* own = nullptr;
  if (scope) {
    const auto found = scope->table.find(assignment.name);
    if (found != scope->table.end()) own = &found->second;
    if (text.op == Operator::conditional && inside.find(assignment.name)) {
      if (Variable* present = present_variable(state, *scope, assignment.name))
        give_modifiers(*present, modifiers.is_private,
                       modifiers.exports ? Export::yes : Export::by_default);
      return;
    }
  }
  assignment.variable = make_variable(inside, text, own, pattern);
  Variable& variable = assignment.variable;
  if (scope) variable.is_conditional = false;
  variable.origin = modifiers.overrides ? Origin::override_ : Origin::file;
  variable.exported = modifiers.exports ? Export::yes : Export::by_default;
  variable.is_private = modifiers.is_private;
  variable.where = where;
  prefer_command_line(state, assignment);

  if (pattern) {
    state.book.pattern_assignments.push_back({target, std::move(assignment)});
    return;
  }
  assign_in_scope(state, *scope, assignment);
  const std::string name = Pattern(target).prefix;
  Target& entry = state.book.targets[name];
  entry.name = name;
  entry.assignments.push_back(std::move(assignment));
  if (scope->shell_status)
    entry.assignments.push_back({std::string(shell_status_name), *scope->shell_status});
}

}  // namespace kbx::makelang
