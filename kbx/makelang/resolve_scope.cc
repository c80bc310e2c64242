// The variables that a recipe sees: automatic ones, then those of the target, then those of the
// target that asked for it (GNU make manual, "Target-specific Variable Values" and "Automatic
// Variables").
#include <unordered_set>

#include "kbx/base/text.h"
#include "kbx/makelang/resolve_archive.h"
#include "kbx/makelang/resolve_graph.h"

namespace kbx::makelang {
namespace {

/// In lists of files a member of an archive appears by its own name.
std::string listed_name(const std::string& name) {
  const auto member = archive_name(name);
  return member ? member->member : name;
}

/// The names once each, in order.
std::string unique_names(const std::vector<std::string>& names) {
  std::unordered_set<std::string> seen;
  std::string text;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) continue;
    if (!text.empty()) text += ' ';
    text += listed_name(name);
  }
  return text;
}

void set(Scope& scope, std::string name, std::string value, Flavor flavor) {
  Variable variable;
  variable.value = std::move(value);
  variable.flavor = flavor;
  variable.origin = Origin::automatic;
  scope.table.insert_or_assign(std::move(name), std::move(variable));
}

/// Gives a target's scope, and that of its pattern-specific variables, the one of another target
/// around it.
void hang_below(Scope& scope, const Scope& parent) {
  if (!scope.kept) {
    scope.outer = &parent;
    return;
  }
  const auto patterns = std::make_shared<Scope>(*scope.kept);
  patterns->outer = &parent;
  scope.outer = patterns.get();
  scope.kept = patterns;
}

}  // namespace

std::unique_ptr<Scope> Graph::build_scope(const std::string& name, const Scope* parent) const {
  auto scope = std::make_unique<Scope>();
  scope->outer = parent;
  scope->outer_is_other_target = true;
  // Pattern-specific variables are a set of their own, between the target's and the parent's.
  const auto patterns = std::make_shared<Scope>(*scope);
  for (const PatternAssignments* entry : pattern_assignments_)
    if (match_pattern(entry->pattern, name)) evaluation_.assign(*patterns, entry->assignment);
  if (!patterns->table.empty()) {
    scope->outer = patterns.get();
    scope->outer_is_other_target = false;
    scope->kept = patterns;
  }
  if (const Target* target = rules().find(name))
    for (const TargetAssignment& assignment : target->assignments)
      evaluation_.assign(*scope, assignment);
  return scope;
}

const Scope* Graph::scope_of(const std::string& name, const Scope* parent) {
  const auto [entry, added] = scopes_.try_emplace(name);
  if (added)
    entry->second = build_scope(name, parent);
  else if (parent && orphans_.erase(name) > 0)
    hang_below(*entry->second, *parent);
  return entry->second.get();
}

const Scope* Graph::orphan_scope_of(const std::string& name) {
  if (!scopes_.contains(name)) orphans_.insert(name);
  return scope_of(name, nullptr);
}

const Scope* Graph::scope_of(const Node& node) {
  const auto found = scopes_.find(node.name);
  if (found != scopes_.end() && !orphans_.contains(node.name)) return found->second.get();
  return scope_of(node.name, node.parent ? scope_of(*node.parent) : nullptr);
}

Scope automatic_scope(const Resolved& rule, const std::vector<std::string>& newer,
                      const Scope* outer) {
  Scope scope;
  scope.outer = outer;
  scope.is_automatic = true;
  const auto member = archive_name(rule.name);
  const std::string at = member ? member->archive : rule.name;
  std::string first;
  bool first_set = false;
  std::unordered_set<std::string> normal;
  std::vector<std::string> names;
  std::vector<std::string> order_only;
  std::string all;
  for (const Prerequisite& prerequisite : rule.prerequisites)
    if (!prerequisite.order_only) normal.insert(prerequisite.name);
  for (const Prerequisite& prerequisite : rule.prerequisites) {
    if (!prerequisite.order_only) {
      if (!first_set) first = prerequisite.name;
      first_set = true;
      if (!all.empty()) all += ' ';
      all += listed_name(prerequisite.name);
    }
    if (normal.contains(prerequisite.name))
      names.push_back(prerequisite.name);
    else
      order_only.push_back(prerequisite.name);
  }
  if (rule.from_default) first = at;
  set(scope, "@", at, Flavor::simple);
  set(scope, "%", member ? member->member : std::string(), Flavor::simple);
  set(scope, "<", listed_name(first), Flavor::simple);
  set(scope, "?", unique_names(newer), Flavor::simple);
  set(scope, "^", unique_names(names), Flavor::simple);
  set(scope, "+", all, Flavor::simple);
  set(scope, "|", unique_names(order_only), Flavor::simple);
  set(scope, "*", rule.stem, Flavor::simple);
  for (const char* name : {"@", "%", "<", "?", "^", "+", "*"}) {
    set(scope, std::string(name) + "D", std::string("$(patsubst %/,%,$(dir $") + name + "))",
        Flavor::recursive);
    set(scope, std::string(name) + "F", std::string("$(notdir $") + name + ")", Flavor::recursive);
  }
  return scope;
}

}  // namespace kbx::makelang
