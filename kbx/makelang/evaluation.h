#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/makelang/plain_definitions.h"
#include "kbx/makelang/rules.h"
#include "kbx/makelang/source.h"
#include "kbx/makelang/variable.h"

namespace kbx::makelang {

/// A $(shell) call or a != assignment.
struct ShellCall {
  std::string shell = "/bin/sh";  // value of SHELL
  std::string flags = "-c";       // value of .SHELLFLAGS
  std::string command;
  std::string folder;
  const Environment* environment = nullptr;  // GNU make 4.3: the environment that make itself got
  /// The definition of the variable that holds the call; else the line that is being read.
  SourceRef where;
  const FileTable* files = nullptr;
};
struct ShellResult {
  int status = 0;
  std::string output;   // standard output as it came
  std::string failure;  // why the program could not be started: "PROGRAM: REASON"
};

enum class Stream { output, errors };

/// What an evaluation needs from outside; each has a default that does what GNU make does.
struct Hooks {
  std::function<ShellResult(const ShellCall&)> shell;
  /// The file to open for a makefile name (already absolute); lets a kernel tree's absolute
  /// references be redirected.
  std::function<std::string(std::string_view path)> redirect;
  /// A makefile to be read right behind the included one of that (absolute) path, "" for none.
  std::function<std::string(std::string_view path)> followed_by;
  std::function<void(Stream, std::string_view text)> print;
  /// True for absolute paths that $(wildcard) leaves out and -include takes as missing. Null: none.
  std::function<bool(std::string_view path)> hidden;
  /// Indexes a big makefile of nothing but plain definitions, PlainDefinitions::of by default. Lets
  /// evaluations that read the same file share the index (PlainFiles).
  std::function<std::shared_ptr<const PlainDefinitions>(std::string&& text)> plain_definitions;
  /// Called for every variable that an expansion looks up and finds. For `kbx why`.
  std::function<void(std::string_view name, const Variable&)> trace;
};

/// How a make process is started.
struct Setup {
  Environment environment;
  std::string folder;                               // absolute working folder: CURDIR
  std::vector<std::string> command_line_variables;  // "NAME=value", "NAME:=value", … in order
  std::vector<std::string> goals;                   // MAKECMDGOALS
  std::string make_command = "kbx make";            // value of MAKE
  std::string
      flags;  // value of MAKEFLAGS without the variable part, e.g. "kw -j2 --no-print-directory"
  std::vector<std::string> include_folders;  // -I
  int level = 0;                             // MAKELEVEL
  int restarts = 0;                          // MAKE_RESTARTS
  bool environment_overrides = false;        // -e
  bool built_in_rules = true;                // not -r
  bool built_in_variables = true;            // not -R
  bool warn_undefined = false;               // --warn-undefined-variables
  std::string program_name = "make";  // as messages name it: "make" or "make[1]" follows from level
};

/// A makefile that was named by an include (or -f, or found as default), in the order of reading.
struct MakefileUse {
  std::string name;  // as written, after expansion
  std::string path;  // absolute
  bool found = false;
  bool optional = false;  // -include, sinclude
  int error = 0;          // errno of opening it if it was not found
  SourceRef where;        // the include line; none for -f
};

/// What the result of an evaluation hangs on, so that a later run can tell whether it would come
/// out the same.
struct Observations {
  std::vector<MakefileUse> makefiles;
  std::vector<std::pair<std::string, std::vector<std::string>>>
      wildcards;  // absolute pattern, matches
  std::set<std::string, std::less<>>
      environment_names;  // looked up and found in, or missing from, the environment
  std::vector<ShellCall> shell_calls;
  std::vector<std::string> files_read;  // $(file <...)
};

struct EvaluationState;

/// One make process's reading of makefiles: variables, rules, and the expansion of text (GNU make
/// manual, "How make Reads a Makefile"). Knows nothing of kernels. Errors are thrown as kbx::Error
/// with the place.
class Evaluation {
 public:
  Evaluation(Setup setup, Hooks hooks);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  /// Reads a makefile as `-f` does (`name` relative to the working folder; "-" is standard input).
  /// False if it is not there and `optional`. Those of the variable MAKEFILES are `optional` and
  /// set no default goal.
  bool read_makefile(const std::string& name, bool optional = false, bool sets_goal = true);
  /// Reads makefile text as $(eval) does.
  void read_text(std::string_view text, SourceRef where = {});

  /// The expansion of `text`. `scope` is null for the global scope.
  std::string expand(std::string_view text, const Scope* scope = nullptr,
                     SourceRef where = {}) const;
  /// The variable as seen from `scope`, or null.
  const Variable* find(std::string_view name, const Scope* scope = nullptr) const;
  /// The expanded value of a variable; "" if undefined.
  std::string value(std::string_view name, const Scope* scope = nullptr) const;
  /// Defines a global variable; a weaker origin does not replace a stronger one.
  void define(std::string_view name, std::string_view text, Flavor flavor, Origin origin,
              SourceRef where = {});
  /// Applies a target-specific assignment to `scope`, with the rules for += ?= and private.
  void assign(Scope& scope, const TargetAssignment& assignment) const;

  /// The environment of a recipe (or sub-make): the environment given, changed by exports,
  /// target-specific exports of `scope`, MAKELEVEL + 1, MAKEFLAGS. `$(MAKE)` lines get the same.
  Environment recipe_environment(const Scope* scope = nullptr) const;

  /// -R given by a makefile: takes the built-in variables away.
  void undefine_built_in_variables();

  const Setup& setup() const;
  const Hooks& hooks() const;
  const FileTable& files() const;
  const VariableTable& global_variables() const;
  RuleBook& rules();
  const RuleBook& rules() const;
  const Observations& observations() const;
  /// MAKEFLAGS may be changed by a makefile; this is the current text of its option part.
  std::string current_flags() const;
  /// Once all makefiles are read: MAKEFLAGS becomes `flags` and the variables of the command line,
  /// as recipes and sub-makes see it. Without this call recipe_environment() composes it from
  /// current_flags().
  void set_flags(std::string_view flags);

 private:
  std::unique_ptr<EvaluationState> state_;
};

/// Default for Hooks::shell: runs the command and waits.
ShellResult run_shell(const ShellCall& call);

/// The words of a command that needs no shell to be run, so that make starts it directly; nothing
/// if a shell must read it: special characters, a command of the shell itself, another shell or
/// other flags than /bin/sh -c. Empty if the command is empty.
std::optional<std::vector<std::string>> direct_command(std::string_view command,
                                                       std::string_view shell,
                                                       std::string_view flags);

/// True if `text` matches `pattern` with at most one '%' (manual, "Syntax of Static Pattern
/// Rules"); fills `stem`.
bool match_pattern(std::string_view pattern, std::string_view text,
                   std::string_view* stem = nullptr);

}  // namespace kbx::makelang
