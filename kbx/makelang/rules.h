#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/makelang/source.h"
#include "kbx/makelang/variable.h"

namespace kbx::makelang {

/// One logical line of a recipe as written: not expanded, without the recipe prefix character, with
/// backslash-newline pairs kept.
struct RecipeLine {
  std::string text;
  SourceRef where;
};
struct Recipe {
  std::vector<RecipeLine> lines;
  SourceRef where;     // the line of the rule's first recipe line, as make's messages name it
  char prefix = '\t';  // .RECIPEPREFIX when the rule was read
};
using RecipePtr = std::shared_ptr<const Recipe>;

struct Prerequisite {
  std::string name;
  bool order_only = false;
};

/// A part of a target's prerequisites where some wait for .SECONDEXPANSION: a text to expand a
/// second time, in the context of the target, when all makefiles are read; or, where the text is
/// empty, names between such texts, which that expansion sees in $^ and kin.
struct DeferredPrerequisites {
  std::string text;
  std::vector<Prerequisite> names;
};

/// What an explicit or static pattern rule says of one target. Several single-colon rules for a
/// target are merged into one; double-colon rules stay apart.
struct TargetRule {
  std::vector<Prerequisite> prerequisites;  // none if there are deferred ones
  std::vector<DeferredPrerequisites> deferred_prerequisites;
  RecipePtr recipe;  // null if the rule has none
  std::string stem;  // of a static pattern rule
  std::shared_ptr<const std::vector<std::string>>
      peers;  // all targets of a grouped rule (&:), else null
  bool built_in = false;
  SourceRef where;
};

/// A target-specific or pattern-specific assignment, applied in order when a target's Scope is
/// made.
struct TargetAssignment {
  std::string name;
  Variable variable;  // value unexpanded when flavor is recursive, already expanded when simple
};

/// All that makefiles say of one explicit target.
struct Target {
  std::string name;
  std::vector<TargetRule>
      rules;  // one for ':', any number for '::'; empty: only mentioned as a special target's word
  bool double_colon = false;
  bool phony = false;
  std::vector<TargetAssignment> assignments;
};

/// An implicit rule: a pattern rule, or a suffix rule turned into one (manual, "Using Implicit
/// Rules").
struct PatternRule {
  std::vector<std::string> targets;         // each with one '%'; more than one is made together
  std::vector<Prerequisite> prerequisites;  // with '%' or without
  std::vector<std::string> deferred_prerequisites;
  RecipePtr recipe;
  bool terminal = false;  // '::'
  bool built_in = false;
  bool is_last = false;  // built in as a pattern rule: searched after all others
  SourceRef where;
};

struct PatternAssignments {
  std::string pattern;
  TargetAssignment assignment;
};

/// One `vpath PATTERN FOLDERS` directive, or the VPATH variable (pattern "%").
struct SearchPath {
  std::string pattern;
  std::vector<std::string> folders;
};

/// The names given as prerequisites of the special targets, and whether a special target stood
/// without any.
struct SpecialTarget {
  std::vector<std::string> names;
  bool present = false;
  bool bare = false;  // present without prerequisites: it applies to all targets
  bool has(std::string_view name)
      const;  // bare, or name among names ('%' patterns for .PRECIOUS and .NOTINTERMEDIATE)
};

/// Everything that the makefiles of one make process say, apart from global variables.
struct RuleBook {
  std::unordered_map<std::string, Target, StringHash, std::equal_to<>> targets;
  std::vector<PatternRule> patterns;  // in the order of the search; built-in ones last
  std::vector<PatternAssignments> pattern_assignments;
  std::vector<SearchPath> vpaths;
  std::map<std::string, SpecialTarget, std::less<>> special;  // ".PHONY", ".PRECIOUS", …
  std::vector<std::string> suffixes;                          // .SUFFIXES
  std::string default_goal;  // first target that may be a default goal; .DEFAULT_GOAL overrides it
  RecipePtr default_recipe;  // .DEFAULT
  bool second_expansion = false;
  bool complete = false;  // all makefiles are read: $(eval) in a recipe may add no rule

  const Target* find(std::string_view name) const;
  bool is_special(std::string_view special_target, std::string_view name) const;
};

/// Adds a pattern rule in its place of the search order. A rule with the same targets and
/// prerequisites is replaced if `replace`, else it stays and `rule` is dropped. A rule with
/// prerequisites and without a recipe cancels such a rule: it stays in the list and never applies.
void add_pattern_rule(RuleBook& book, PatternRule rule, bool replace);

/// Turns the suffix rules among the explicit targets into pattern rules, as make does once all
/// makefiles are read (manual, "Old-Fashioned Suffix Rules"). From then on the book is complete.
/// Gives the recipes of suffix rules whose prerequisites are ignored, for a warning.
std::vector<SourceRef> convert_suffix_rules(RuleBook& book);

}  // namespace kbx::makelang
