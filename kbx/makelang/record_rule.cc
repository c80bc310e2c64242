// Enters rules into the RuleBook as they are read (GNU make manual, "Multiple Rules for One
// Target", "Double-Colon Rules", "Special Built-in Target Names").
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "kbx/base/text.h"
#include "kbx/makelang/names.h"
#include "kbx/makelang/pattern.h"
#include "kbx/makelang/reader.h"

namespace kbx::makelang {
namespace {

constexpr std::array<std::string_view, 14> special_names{
    ".PHONY",       ".PRECIOUS",        ".SECONDARY", ".INTERMEDIATE",   ".NOTINTERMEDIATE",
    ".ONESHELL",    ".DELETE_ON_ERROR", ".SILENT",    ".IGNORE",         ".EXPORT_ALL_VARIABLES",
    ".NOTPARALLEL", ".POSIX",           ".SUFFIXES",  ".SECONDEXPANSION"};

bool is_special_name(std::string_view name) {
  return name == ".LOW_RESOLUTION_TIME" || name == ".DEFAULT" ||
         std::find(special_names.begin(), special_names.end(), name) != special_names.end();
}

/// The prerequisites of a rule: names, or a text that waits for the second expansion.
struct Prerequisites {
  std::vector<Prerequisite> names;
  std::optional<std::string> deferred;  // instead of names: a text for .SECONDEXPANSION
};

std::vector<Prerequisite> split_prerequisites(Expander& expander, std::string_view text) {
  std::vector<Prerequisite> result;
  const bool has_bar = text.find('|') != std::string_view::npos;
  for (std::string& name : split_names(expander, text, has_bar ? '|' : '\0', {}))
    result.push_back({std::move(name), false});
  if (has_bar)
    for (std::string& name : split_names(expander, text, '\0', {}))
      result.push_back({std::move(name), true});
  return result;
}

std::string without_quoted_colons(std::string_view text) {
  return replace_all(text, "\\:", ":");
}

/// In a static pattern rule the first '%' of each prerequisite is the stem.
std::vector<Prerequisite> with_stem(const std::vector<Prerequisite>& names, std::string_view stem) {
  std::vector<Prerequisite> result;
  for (const Prerequisite& entry : names) {
    const Pattern pattern(entry.name);
    std::string name = pattern.prefix;
    if (pattern.wild) name.append(stem).append(pattern.suffix);
    if (!name.empty()) result.push_back({std::move(name), entry.order_only});
  }
  return result;
}

/// Joins `added` to a rule: before its prerequisites if it comes with the recipe, else after them.
/// Where either waits for the second expansion, so does the whole, to keep the order.
void merge(TargetRule& rule, Prerequisites added, bool in_front) {
  if (rule.deferred_prerequisites.empty() && !added.deferred) {
    rule.prerequisites.insert(in_front ? rule.prerequisites.begin() : rule.prerequisites.end(),
                              added.names.begin(), added.names.end());
    return;
  }
  std::vector<DeferredPrerequisites>& parts = rule.deferred_prerequisites;
  if (!rule.prerequisites.empty())
    parts.insert(parts.begin(), {{}, std::exchange(rule.prerequisites, {})});
  DeferredPrerequisites part;
  if (added.deferred) part.text = std::move(*added.deferred);
  part.names = std::move(added.names);
  parts.insert(in_front ? parts.begin() : parts.end(), std::move(part));
}

void define_posix_defaults(EvaluationState& state, SourceRef where) {
  state.posix = true;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> values{{
      {".SHELLFLAGS", "-ec"},
      {"CC", "c99"},
      {"CFLAGS", "-O1"},
      {"FC", "fort77"},
      {"FFLAGS", "-O1"},
      {"SCCSGETFLAGS", "-s"},
      {"ARFLAGS", "-rvU"},
  }};
  for (const auto& [name, value] : values)
    define_global(state, {name, std::string(value), Flavor::simple, Origin::default_, where});
}

void record_special(Expander& expander, const std::string& name, const Prerequisites& given,
                    const RecipePtr& recipe, SourceRef where) {
  EvaluationState& state = expander.state();
  RuleBook& book = state.book;
  std::vector<std::string> names;
  for (const Prerequisite& entry : given.names) names.push_back(entry.name);
  if (given.deferred)
    for (const Prerequisite& entry :
         split_prerequisites(expander, expander.expand(*given.deferred)))
      names.push_back(entry.name);

  if (name == ".SUFFIXES") {
    if (names.empty()) book.suffixes.clear();
    book.suffixes.insert(book.suffixes.end(), names.begin(), names.end());
    return;
  }
  if (name == ".DEFAULT") {
    if (recipe || names.empty()) book.default_recipe = recipe;
    return;
  }
  if (name == ".SECONDEXPANSION") book.second_expansion = true;
  if (name == ".POSIX" && !state.posix) define_posix_defaults(state, where);
  if (name == ".EXPORT_ALL_VARIABLES") state.export_all = true;
  SpecialTarget& special = book.special[name];
  special.present = true;
  if (names.empty()) special.bare = true;
  for (std::string& word : names) {
    if (name == ".PHONY") {
      Target& target = book.targets[word];
      target.name = word;
      target.phony = true;
    }
    special.names.push_back(std::move(word));
  }
}

class Recorder {
 public:
  Recorder(Expander& expander, RuleText rule)
      : expander_(expander), state_(expander.state()), rule_(std::move(rule)) {}

  void record() {
    if (state_.book.complete)
      throw state_.error(rule_.where, "prerequisites cannot be defined in recipes");
    make_recipe();
    const bool implicit = is_pattern(rule_.targets[0]);
    parse_prerequisites();
    if (implicit) {
      record_pattern_rule();
      return;
    }
    if (rule_.grouped) peers_ = std::make_shared<const std::vector<std::string>>(rule_.targets);
    for (size_t i = 0; i < rule_.targets.size(); ++i) {
      if (i > 0 && is_pattern(rule_.targets[i]))
        state_.complain(rule_.where, "*** mixed implicit and normal rules: deprecated syntax");
      record_target(Pattern(rule_.targets[i]));
    }
    for (auto name = regrouped_.rbegin(); name != regrouped_.rend(); ++name)
      state_.complain(recipe_->where,
                      "warning: overriding group membership for target '" + *name + "'");
  }

 private:
  void make_recipe() {
    if (!rule_.has_recipe) {
      if (rule_.grouped) throw state_.error(rule_.where, "grouped targets must provide a recipe");
      return;
    }
    auto recipe = std::make_shared<Recipe>();
    recipe->where = rule_.recipe[0].where;
    recipe->prefix = rule_.recipe_prefix;
    recipe->lines = std::move(rule_.recipe);
    recipe_ = std::move(recipe);
  }

  void parse_prerequisites() {
    if (rule_.prerequisites.empty()) return;
    std::string text = without_quoted_colons(rule_.prerequisites);
    if (state_.book.second_expansion && text.find('$') != std::string::npos)
      given_.deferred = rule_.pattern ? replace_all(text, "%", "$*") : std::move(text);
    else
      given_.names = split_prerequisites(expander_, text);
  }

  void record_pattern_rule() {
    if (rule_.pattern) throw state_.error(rule_.where, "mixed implicit and static pattern rules");
    for (const std::string& target : rule_.targets)
      if (!is_pattern(target)) throw state_.error(rule_.where, "mixed implicit and normal rules");
    PatternRule pattern;
    pattern.targets = std::move(rule_.targets);
    pattern.prerequisites = std::move(given_.names);
    if (given_.deferred) pattern.deferred_prerequisites.push_back(std::move(*given_.deferred));
    pattern.recipe = recipe_;
    pattern.terminal = rule_.double_colon;
    pattern.built_in = pattern.is_last = rule_.built_in;
    pattern.where = rule_.where;
    add_pattern_rule(state_.book, std::move(pattern), true);
  }

  /// `target` is the name; a '%' in it is plain if it is not the first target.
  void record_target(const Pattern& target) {
    std::string name = target.prefix;
    if (target.wild) name.append("%").append(target.suffix);
    Prerequisites prerequisites = given_;
    std::string stem;
    if (rule_.pattern) {
      const Pattern pattern(*rule_.pattern);
      std::string_view match;
      if (pattern.matches(name, &match)) {
        stem = match;
        prerequisites.names = with_stem(given_.names, stem);
      } else {
        state_.complain(rule_.where, "target '" + name + "' doesn't match the target pattern");
        prerequisites = {};
        stem = name;
      }
    }
    if (is_special_name(name)) record_special(expander_, name, prerequisites, recipe_, rule_.where);

    Target& entry = state_.book.targets[name];
    entry.name = name;
    const bool defined = std::any_of(entry.rules.begin(), entry.rules.end(),
                                     [](const TargetRule& rule) { return !rule.built_in; });
    if (defined && entry.double_colon != rule_.double_colon)
      throw state_.error(rule_.where, "target file '" + name + "' has both : and :: entries");
    entry.double_colon = rule_.double_colon;
    TargetRule& rule = rule_to_change(entry);
    if (rule_.pattern) rule.stem = stem;
    merge(rule, std::move(prerequisites), recipe_ != nullptr);
  }

  TargetRule& rule_to_change(Target& entry) {
    if (rule_.double_colon && !entry.rules.empty() && entry.rules[0].built_in) entry.rules.clear();
    const bool is_new = rule_.double_colon || entry.rules.empty();
    TargetRule& rule = is_new ? entry.rules.emplace_back() : entry.rules.front();
    if (recipe_ && rule.recipe) warn_of_override(entry.name, rule);
    if (recipe_ || !rule.where || (rule.built_in && !rule_.built_in)) rule.where = rule_.where;
    rule.built_in = rule_.built_in;
    if (recipe_) rule.recipe = recipe_;
    if (peers_) {
      if (rule.peers && rule.peers != peers_) regrouped_.push_back(entry.name);
      rule.peers = peers_;
    }
    return rule;
  }

  void warn_of_override(const std::string& name, const TargetRule& rule) {
    if (rule.recipe == recipe_) {
      state_.complain(rule_.where, "target '" + name + "' given more than once in the same rule");
    } else if (!rule.built_in) {
      state_.complain(recipe_->where, "warning: overriding recipe for target '" + name + "'");
      state_.complain(rule.recipe->where, "warning: ignoring old recipe for target '" + name + "'");
    }
  }

  Expander& expander_;
  EvaluationState& state_;
  RuleText rule_;
  RecipePtr recipe_;
  Prerequisites given_;
  std::shared_ptr<const std::vector<std::string>> peers_;
  std::vector<std::string> regrouped_;  // targets that had other peers before
};

}  // namespace

void record_rule(Expander& expander, RuleText rule) {
  Recorder(expander, std::move(rule)).record();
}

bool may_be_goal(const RuleBook& book, std::string_view name) {
  if (name.starts_with('.') && name.find('/') == std::string_view::npos) return false;
  for (const std::string& first : book.suffixes) {
    if (!first.starts_with('.') && name == first) return false;
    if (!name.starts_with(first)) continue;
    for (const std::string& second : book.suffixes)
      if (name.substr(first.size()) == second) return false;
  }
  return true;
}

}  // namespace kbx::makelang
