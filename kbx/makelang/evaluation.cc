// The start of a make process (environment, command line, built-in definitions) and the doors to
// the rooms behind it.
#include "kbx/makelang/evaluation.h"

#include <cstdio>
#include <cstring>

#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/makelang/builtins.h"
#include "kbx/makelang/environment.h"
#include "kbx/makelang/expand.h"
#include "kbx/makelang/reader.h"
#include "kbx/makelang/scopes.h"

namespace kbx::makelang {
namespace {

constexpr const char* version = "4.3";
constexpr const char* host = "x86_64-pc-linux-gnu";

void define_simple(EvaluationState& state, std::string_view name, std::string value,
                   Origin origin = Origin::default_) {
  define_global(state, {name, std::move(value), Flavor::simple, origin, {}});
}

void read_builtin(EvaluationState& state, std::string_view text) {
  const Expander expander(state, nullptr, {});
  ReaderOptions options;
  options.sets_goal = false;
  options.origin = Origin::default_;
  options.built_in = true;
  Reader(expander, text, {}, options).read();
}

void import_environment(EvaluationState& state) {
  for (const auto& [name, value] : state.setup.environment) {
    Variable& variable =
        define_global(state, {name, value, Flavor::recursive, Origin::environment, {}});
    variable.exported = Export::yes;
    if (name == "SHELL") {
      variable.exported = Export::no;
      state.shell_of_environment = value;
      state.had_shell_of_environment = true;
    } else if (name == "MAKE_RESTARTS") {
      variable.exported = Export::no;
    }
  }
}

void find_include_folders(EvaluationState& state) {
  std::vector<std::string> candidates = state.setup.include_folders;
  for (const char* folder :
       {"/usr/gnu/include", "/usr/local/include", "/usr/include", "/usr/include"})
    candidates.emplace_back(folder);
  for (std::string& folder : candidates) {
    while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
    if (is_folder(join_path(state.setup.folder, folder)))
      state.include_folders.push_back(std::move(folder));
  }
  define_global(
      state,
      {".INCLUDE_DIRS", join(state.include_folders, " "), Flavor::recursive, Origin::default_, {}});
}

/// SHELL is the default shell whatever the environment says (manual, "Choosing the Shell").
void define_shell(EvaluationState& state) {
  const bool inherited = state.globals.find("SHELL") != nullptr;
  Variable& shell =
      define_global(state, {"SHELL", "/bin/sh", Flavor::recursive, Origin::automatic, {}});
  shell.origin = inherited ? Origin::file : Origin::default_;
}

void define_process_variables(EvaluationState& state) {
  const Setup& setup = state.setup;
  define_simple(state, "MAKE_VERSION", version);
  define_simple(state, "MAKE_HOST", host);
  define_simple(state, ".FEATURES", std::string(builtins::features));
  define_simple(state, ".VARIABLES", "");
  define_simple(state, ".LOADED", "");
  define_simple(state, ".RECIPEPREFIX", "");
  define_simple(state, ".SHELLFLAGS", "-c");
  define_simple(state, "MAKEFILES", "");
  define_simple(state, "MAKE_COMMAND", setup.make_command);
  define_global(state, {"MAKE", "$(MAKE_COMMAND)", Flavor::recursive, Origin::default_, {}});
  define_simple(state, "CURDIR", setup.folder, Origin::file);
  define_simple(state, "MAKEFILE_LIST", "", Origin::file);
  define_simple(state, ".DEFAULT_GOAL", "", Origin::file);
  define_simple(state, "GNUMAKEFLAGS", "", Origin::environment);
  state.globals.find("GNUMAKEFLAGS")->exported = Export::no;
  define_simple(state, "MAKELEVEL", std::to_string(setup.level), Origin::environment);
  state.globals.find("MAKELEVEL")->exported = Export::by_default;
  if (setup.restarts > 0)
    define_simple(state, "MAKE_RESTARTS", std::to_string(setup.restarts), Origin::environment);
  for (const char letter : std::string_view("@%*<?^+")) {
    const std::string name(1, letter);
    define_global(state, {name + "D",
                          "$(patsubst %/,%,$(dir $" + name + "))",
                          Flavor::recursive,
                          Origin::automatic,
                          {}});
    define_global(
        state, {name + "F", "$(notdir $" + name + ")", Flavor::recursive, Origin::automatic, {}});
  }
  if (!setup.goals.empty()) define_simple(state, "MAKECMDGOALS", join(setup.goals, " "));
  define_shell(state);
}

void define_built_ins(EvaluationState& state) {
  if (state.setup.built_in_variables) read_builtin(state, builtins::variables);
  if (!state.setup.built_in_rules) {
    define_simple(state, "SUFFIXES", "");
    return;
  }
  define_simple(state, "SUFFIXES", std::string(builtins::suffixes));
  for (std::string_view suffix : split_words(builtins::suffixes))
    state.book.suffixes.emplace_back(suffix);
  read_builtin(state, builtins::rules);
}

void define_command_line(EvaluationState& state) {
  Expander expander(state, nullptr, {});
  for (const std::string& text : state.setup.command_line_variables) {
    const auto assignment = parse_assignment(text);
    if (!assignment)
      throw Error("'" + text + "' is not an assignment", "variables are given as NAME=value");
    const std::string name = expander.expand(assignment->name);
    if (name.empty()) throw Error("empty variable name");
    assign_global(expander, name, assignment->op, assignment->value, Origin::command_line, {});
  }
}

/// Counts the ways into an evaluation; behind the outermost, no replaced variable is in use.
class Entry {
 public:
  explicit Entry(EvaluationState& state) : state_(state) { ++state_.nesting; }
  ~Entry() {
    if (--state_.nesting > 0) return;
    state_.globals.forget_replaced();
    state_.call_arguments = 0;
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  EvaluationState& state_;
};

}  // namespace

void EvaluationState::print(Stream stream, std::string_view text) const {
  if (hooks.print) {
    hooks.print(stream, text);
    return;
  }
  std::FILE* const file = stream == Stream::output ? stdout : stderr;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

void EvaluationState::complain(SourceRef where, std::string_view text) const {
  std::string line = files.written_location(where).to_string();
  if (line.empty()) {
    line = setup.program_name;
    if (setup.level > 0) line += '[' + std::to_string(setup.level) + ']';
  }
  line += ": ";
  line += text;
  line += '\n';
  print(Stream::errors, line);
}

Evaluation::Evaluation(Setup setup, Hooks hooks) : state_(std::make_unique<EvaluationState>()) {
  EvaluationState& state = *state_;
  state.setup = std::move(setup);
  state.hooks = std::move(hooks);
  import_environment(state);
  define_process_variables(state);
  define_built_ins(state);
  define_command_line(state);
  state.command_variables = quote_command_variables(state);
  define_flags(state, reading_flags(state.setup.flags), false);
  find_include_folders(state);
}

Evaluation::~Evaluation() = default;

bool Evaluation::read_makefile(const std::string& name, bool optional, bool sets_goal) {
  const Entry entry(*state_);
  Expander expander(*state_, nullptr, {});
  if (read_file_named(expander, name, false, optional, sets_goal)) return true;
  if (optional) return false;
  throw Error(name + ": " + std::strerror(state_->observations.makefiles.back().error));
}

void Evaluation::read_text(std::string_view text, SourceRef where) {
  const Entry entry(*state_);
  const Expander expander(*state_, nullptr, where);
  Reader(expander, text, where, {}).read();
}

std::string Evaluation::expand(std::string_view text, const Scope* scope, SourceRef where) const {
  const Entry entry(*state_);
  return Expander(*state_, scope, where).expand(text);
}

const Variable* Evaluation::find(std::string_view name, const Scope* scope) const {
  return Expander(*state_, scope, {}).find(name);
}

std::string Evaluation::value(std::string_view name, const Scope* scope) const {
  const Entry entry(*state_);
  return Expander(*state_, scope, {}).value(name);
}

void Evaluation::define(std::string_view name, std::string_view text, Flavor flavor, Origin origin,
                        SourceRef where) {
  const Entry entry(*state_);
  Expander expander(*state_, nullptr, where);
  std::string value = flavor == Flavor::simple ? expander.expand(text) : std::string(text);
  define_global(*state_, {name, std::move(value), flavor, origin, where});
}

void Evaluation::assign(Scope& scope, const TargetAssignment& assignment) const {
  const Entry entry(*state_);
  assign_in_scope(*state_, scope, assignment);
}

Environment Evaluation::recipe_environment(const Scope* scope) const {
  const Entry entry(*state_);
  return make_recipe_environment(*state_, scope);
}

void Evaluation::set_flags(std::string_view flags) {
  define_flags(*state_, flags, true);
}

void Evaluation::undefine_built_in_variables() {
  for (std::string_view line : split_lines(builtins::variables))
    undefine_global(*state_, trim(line.substr(0, line.find('='))), Origin::default_);
}

std::string Evaluation::current_flags() const {
  return option_part(value("MAKEFLAGS"));
}

const Setup& Evaluation::setup() const {
  return state_->setup;
}
const Hooks& Evaluation::hooks() const {
  return state_->hooks;
}
const FileTable& Evaluation::files() const {
  return state_->files;
}
const VariableTable& Evaluation::global_variables() const {
  return state_->globals.all();
}
RuleBook& Evaluation::rules() {
  return state_->book;
}
const RuleBook& Evaluation::rules() const {
  return state_->book;
}
const Observations& Evaluation::observations() const {
  Observations& observations = state_->observations;
  observations.environment_names.insert(state_->environment_names.begin(),
                                        state_->environment_names.end());
  return observations;
}

}  // namespace kbx::makelang
