#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kbx/makelang/evaluation.h"

namespace kbx::makelang {

/// What make would do for one target: the rule that applies (explicit, double-colon, or found by
/// implicit-rule search) with everything that its recipe can refer to. Manual, "Implicit Rule
/// Search Algorithm" and "Automatic Variables".
struct Resolved {
  std::string name;  // the target as the recipe sees it in $@ (after vpath search)
  std::string stem;  // $*
  RecipePtr recipe;  // null: nothing to run
  std::vector<Prerequisite>
      prerequisites;  // in make's order for $< $^ $+ $|; names after vpath search
  std::vector<std::string> made_together;  // every target that this recipe makes, `name` among them
  bool phony = false;
  bool double_colon = false;
  bool implicit = false;       // the recipe is from a pattern or suffix rule
  bool from_default = false;   // the recipe is that of .DEFAULT
  bool intermediates = false;  // some prerequisite is only known through a chain of implicit rules
  SourceRef where;             // the rule
};

/// Answers whether a file exists; lets a planner count files that a rule would make. Default: the
/// file system.
using FileExists = std::function<bool(const std::string& absolute_path)>;

/// Finds rules for targets. Holds a cache, so one Resolver serves one reading of the makefiles.
class Resolver {
 public:
  Resolver(const Evaluation& evaluation, FileExists file_exists);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// The rules for `target`: one, or one per double-colon rule. Empty if there is no rule for it at
  /// all (then it must exist as a file). `parent` is the Scope of the target that asked, for
  /// inherited variables.
  std::vector<Resolved> resolve(const std::string& target, const Scope* parent);

  /// The scope in which the target's recipe (and deferred prerequisites) are expanded:
  /// pattern-specific and target-specific variables over those of `parent`, without the automatic
  /// variables. Stable address; made once per target, with the parent of the first call, as make
  /// does.
  const Scope* scope_of(const std::string& target, const Scope* parent);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The automatic variables of a recipe ($@ $% $< $? $^ $+ $| $* and their D and F forms), as a
/// scope inside `outer`. `newer` are the prerequisites for $?.
Scope automatic_scope(const Resolved& rule, const std::vector<std::string>& newer,
                      const Scope* outer);

/// One line of a recipe after expansion, ready for the shell.
struct CommandLine {
  std::string text;            // without prefixes; backslash-newline as the shell is to see it
  bool silent = false;         // @
  bool ignore_errors = false;  // -
  bool always = false;         // + , or the unexpanded line mentions $(MAKE)
  SourceRef where;
};

/// Expands a recipe: each line in turn, prefixes taken off, empty lines left out. .ONESHELL gives
/// one CommandLine.
std::vector<CommandLine> expand_recipe(const Evaluation& evaluation, const Resolved& rule,
                                       const Scope& automatic);

}  // namespace kbx::makelang
