#include "kbx/makelang/rules.h"

#include <algorithm>

#include "kbx/makelang/evaluation.h"

namespace kbx::makelang {
namespace {

bool same_prerequisites(const PatternRule& a, const PatternRule& b) {
  if (a.deferred_prerequisites != b.deferred_prerequisites) return false;
  if (a.prerequisites.size() != b.prerequisites.size()) return false;
  for (size_t i = 0; i < a.prerequisites.size(); ++i)
    if (a.prerequisites[i].name != b.prerequisites[i].name) return false;
  return true;
}

/// Whether `rule` takes the place of `other` as far as targets go: all of those of `other`, which
/// thus has one in most cases, are the same one of its own (new_pattern_rule in GNU make's rule.c).
bool covers_targets(const PatternRule& rule, const PatternRule& other) {
  return std::ranges::any_of(rule.targets, [&](const std::string& target) {
    return std::ranges::all_of(other.targets,
                               [&](const std::string& old) { return old == target; });
  });
}

/// Adds the rule that makes a file with the suffix `to` of one with the suffix `from`.
void add_suffix_rule(RuleBook& book, const std::string& target, const std::string& prerequisite,
                     const TargetRule* rule) {
  PatternRule pattern;
  pattern.targets.push_back(target);
  if (rule) {
    pattern.prerequisites.push_back({prerequisite, false});
    pattern.recipe = rule->recipe;
    pattern.where = rule->where;
    pattern.built_in = rule->built_in;
  }
  add_pattern_rule(book, std::move(pattern), false);
}

const TargetRule* rule_with_recipe(const RuleBook& book, std::string_view name) {
  const Target* target = book.find(name);
  if (!target || target->rules.empty() || !target->rules[0].recipe) return nullptr;
  return &target->rules[0];
}

}  // namespace

const Target* RuleBook::find(std::string_view name) const {
  const auto found = targets.find(name);
  return found == targets.end() ? nullptr : &found->second;
}

bool SpecialTarget::has(std::string_view name) const {
  if (bare) return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& entry) { return match_pattern(entry, name); });
}

bool RuleBook::is_special(std::string_view special_target, std::string_view name) const {
  const auto found = special.find(special_target);
  return found != special.end() && found->second.has(name);
}

void add_pattern_rule(RuleBook& book, PatternRule rule, bool replace) {
  std::vector<PatternRule>& rules = book.patterns;
  const auto same = std::find_if(rules.begin(), rules.end(), [&](const PatternRule& other) {
    return covers_targets(rule, other) && same_prerequisites(rule, other);
  });
  if (same != rules.end()) {
    if (!replace && !same->is_last) return;
    rules.erase(same);
  }
  // Built-in pattern rules are read before the makefiles and searched after all others.
  auto place = rules.end();
  if (!rule.built_in || !replace)
    while (place != rules.begin() && std::prev(place)->is_last) --place;
  rules.insert(place, std::move(rule));
}

std::vector<SourceRef> convert_suffix_rules(RuleBook& book) {
  std::vector<SourceRef> with_prerequisites;
  for (const std::string& from : book.suffixes) {
    // A suffix alone keeps match-anything rules from names that end in it.
    add_suffix_rule(book, "%" + from, "", nullptr);
    if (const TargetRule* rule = rule_with_recipe(book, from))
      add_suffix_rule(book, "%", "%" + from, rule);
    for (const std::string& to : book.suffixes) {
      if (to == from) continue;
      const TargetRule* rule = rule_with_recipe(book, from + to);
      if (!rule) continue;
      if (!rule->prerequisites.empty()) with_prerequisites.push_back(rule->recipe->where);
      if (to == ".a") add_suffix_rule(book, "(%.o)", "%" + from, rule);
      add_suffix_rule(book, "%" + to, "%" + from, rule);
    }
  }
  book.complete = true;
  return with_prerequisites;
}

}  // namespace kbx::makelang
