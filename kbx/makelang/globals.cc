#include <algorithm>

#include "kbx/makelang/state.h"

namespace kbx::makelang {
namespace {

/// Effects that a few variables have on the reading of makefiles.
void apply_special(EvaluationState& state, std::string_view name, const Variable& variable) {
  if (name.empty() || name[0] != '.') return;
  if (name == ".RECIPEPREFIX")
    state.recipe_prefix = variable.value.empty() ? '\t' : variable.value[0];
}

}  // namespace

void strengthen_environment(const EvaluationState& state, Variable& variable) {
  if (state.setup.environment_overrides && variable.origin == Origin::environment)
    variable.origin = Origin::environment_override;
}

Variable& define_global(EvaluationState& state, Definition definition) {
  auto found = state.globals.find(definition.name);
  if (found != state.globals.end()) strengthen_environment(state, found->second);
  if (found == state.globals.end()) {
    found = state.globals.try_emplace(std::string(definition.name)).first;
  } else if (definition.origin < found->second.origin) {
    return found->second;
  } else if (found->second.expanding) {
    // Somebody reads the old value right now: keep it until the line is done.
    Variable fresh;
    fresh.exported = found->second.exported;
    fresh.is_private = found->second.is_private;
    state.retired.push_back(state.globals.extract(found));
    found = state.globals.try_emplace(std::string(definition.name), std::move(fresh)).first;
  }
  Variable& variable = found->second;
  variable.value = std::move(definition.value);
  variable.flavor = definition.flavor;
  variable.origin = definition.origin;
  variable.where = definition.where;
  variable.pieces.clear();
  apply_special(state, definition.name, variable);
  return variable;
}

void append_text(Variable& variable, std::string_view added, SourceRef where) {
  variable.pieces = pieces_of(variable);
  if (!variable.value.empty()) variable.value += ' ';
  variable.value += added;
  variable.where = where;
  variable.pieces.push_back({static_cast<std::uint32_t>(variable.value.size()), where});
}

Variable& append_global(Variable& variable, std::string_view added, Origin origin,
                        SourceRef where) {
  append_text(variable, added, where);
  variable.origin = origin;
  return variable;
}

void undefine_global(EvaluationState& state, std::string_view name, Origin origin) {
  const auto found = state.globals.find(name);
  if (found == state.globals.end()) return;
  strengthen_environment(state, found->second);
  if (origin < found->second.origin) return;
  if (found->second.expanding)
    state.retired.push_back(state.globals.extract(found));
  else
    state.globals.erase(found);
}

}  // namespace kbx::makelang
