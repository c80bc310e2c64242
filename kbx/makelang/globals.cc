#include "kbx/makelang/globals.h"

#include <utility>

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

Variable* Globals::find(std::string_view name) {
  const auto found = table_.find(name);
  return found != table_.end() ? &found->second : define_plain(name);
}

Variable* Globals::define_plain(std::string_view name) {
  for (auto plain = plain_.rbegin(); plain != plain_.rend(); ++plain) {
    const auto found = plain->definitions->find(name);
    if (!found) continue;
    if (dropped_.contains(name)) return nullptr;
    Variable& variable = table_.try_emplace(std::string(name)).first->second;
    variable.value = found->value;
    variable.where = {plain->file, found->line};
    return &variable;
  }
  return nullptr;
}

Variable& Globals::make(std::string_view name) {
  return table_.try_emplace(std::string(name)).first->second;
}

void Globals::drop(std::string_view name) {
  const auto found = table_.find(name);
  if (!plain_.empty()) dropped_.emplace(name);
  if (found->second.expanding)
    replaced_.push_back(table_.extract(found));
  else
    table_.erase(found);
}

void Globals::add(std::shared_ptr<const PlainDefinitions> definitions, std::uint32_t file) {
  std::erase_if(dropped_,
                [&](const std::string& name) { return definitions->find(name).has_value(); });
  plain_.push_back({std::move(definitions), file});
}

const VariableTable& Globals::all() {
  for (const PlainFile& plain : plain_)
    plain.definitions->each_name([this](auto name) { find(name); });
  return table_;
}

void strengthen_environment(const EvaluationState& state, Variable& variable) {
  if (state.setup.environment_overrides && variable.origin == Origin::environment)
    variable.origin = Origin::environment_override;
}

Variable& define_global(EvaluationState& state, Definition definition) {
  Variable* present = state.globals.find(definition.name);
  if (present) {
    strengthen_environment(state, *present);
    if (definition.origin < present->origin) return *present;
  }
  if (present && present->expanding) {
    // Somebody reads the old value right now: it is kept until the end.
    Variable fresh;
    fresh.exported = present->exported;
    fresh.is_private = present->is_private;
    fresh.expanding = true;
    state.globals.drop(definition.name);
    Variable* const former = std::exchange(present, &state.globals.make(definition.name));
    *present = std::move(fresh);
    former->replacement = present;
  }
  Variable& variable = present ? *present : state.globals.make(definition.name);
  variable.value = std::move(definition.value);
  variable.flavor = definition.flavor;
  variable.origin = definition.origin;
  variable.where = definition.where;
  variable.pieces.clear();
  apply_special(state, definition.name, variable);
  return variable;
}

void define_plainly(EvaluationState& state, std::shared_ptr<const PlainDefinitions> definitions,
                    std::uint32_t file) {
  std::vector<Definition> present;
  for (const auto& [name, variable] : state.globals.asked_for())
    if (const auto found = definitions->find(name))
      present.push_back(
          {name, std::string(found->value), Flavor::recursive, Origin::file, {file, found->line}});
  for (Definition& definition : present) define_global(state, std::move(definition));
  state.globals.add(std::move(definitions), file);
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
  Variable* present = state.globals.find(name);
  if (!present) return;
  strengthen_environment(state, *present);
  if (origin >= present->origin) state.globals.drop(name);
}

}  // namespace kbx::makelang
