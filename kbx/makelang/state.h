#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/globals.h"

namespace kbx::makelang {

/// What the parts of this room share while makefiles are read and text is expanded: everything
/// behind an Evaluation.
struct EvaluationState {
  Setup setup;
  Hooks hooks;
  FileTable files;
  Globals globals;
  RuleBook book;
  Observations observations;
  NameSet environment_names;  // observations.environment_names, quick to add to

  /// What is known of each target's own variables while makefiles are read; immediate expansions of
  /// later target-specific assignments see it.
  std::map<std::string, std::unique_ptr<Scope>, std::less<>> reading_scopes;
  std::vector<std::string> include_folders;  // -I and the system's, those that exist
  bool export_all = false;                   // a bare `export`
  bool posix = false;                        // .POSIX
  std::string command_variables;             // as MAKEFLAGS lists them
  bool flags_are_final = false;              // MAKEFLAGS has the command line's variables
  char recipe_prefix = '\t';
  std::string shell_of_environment;  // what SHELL was for the process that started this one
  bool had_shell_of_environment = false;

  /// Buffers for the arguments of functions, reused.
  std::vector<std::unique_ptr<std::string>> spare_buffers;
  int nesting = 0;            // of calls into the Evaluation
  size_t call_arguments = 0;  // the most arguments of the $(call)s that are running

  /// Prints "PLACE: TEXT" or, without a place, "make[N]: TEXT" to the errors.
  void complain(SourceRef where, std::string_view text) const;
  void print(Stream stream, std::string_view text) const;
  Error error(SourceRef where, const std::string& message, std::string hint = {}) const {
    return Error(files.written_location(where), message, std::move(hint));
  }
};

/// A definition of a global variable, ready to store.
struct Definition {
  std::string_view name;
  std::string value;
  Flavor flavor = Flavor::recursive;
  Origin origin = Origin::file;
  SourceRef where;
};

/// With -e, a variable of the environment becomes the stronger one as soon as a makefile would
/// change it, not before.
void strengthen_environment(const EvaluationState& state, Variable& variable);
/// Stores a global variable unless its present definition is stronger; gives the variable that is
/// there afterwards.
Variable& define_global(EvaluationState& state, Definition definition);
/// Does what the lines of a file of plain definitions say, without looking at most of them.
void define_plainly(EvaluationState& state, std::shared_ptr<const PlainDefinitions> definitions,
                    std::uint32_t file);
/// Adds text that was written at `where` to a value, after a blank if there is one.
void append_text(Variable& variable, std::string_view added, SourceRef where);
/// Appends a part to a global variable that `origin` may change.
Variable& append_global(Variable& variable, std::string_view added, Origin origin, SourceRef where);
void undefine_global(EvaluationState& state, std::string_view name, Origin origin);

}  // namespace kbx::makelang
