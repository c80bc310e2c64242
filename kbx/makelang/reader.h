#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/expand.h"

namespace kbx::makelang {

enum class Operator { recursive, simple, append, conditional, shell };

/// "NAME = VALUE" taken apart; the name is not expanded.
struct AssignmentText {
  std::string_view name;
  std::string_view value;
  Operator op = Operator::recursive;
};
std::optional<AssignmentText> parse_assignment(std::string_view text);

/// The words before an assignment (GNU make manual, "The override Directive" and others).
struct Modifiers {
  bool exports = false;
  bool overrides = false;
  bool is_private = false;
  bool defines = false;    // `define`: the value follows on lines of its own
  bool undefines = false;  // `undefine`
};
struct AssignmentLine {
  Modifiers modifiers;
  std::string_view text;  // without the modifiers
};
/// An assignment, define or undefine with its modifiers, or nothing. After a target there is no
/// define.
std::optional<AssignmentLine> parse_assignment_line(std::string_view line, bool after_target);

/// Carries out a global assignment. Gives the variable as it is afterwards.
Variable& assign_global(Expander& expander, std::string_view name, Operator op,
                        std::string_view value, Origin origin, SourceRef where);

/// A rule as read, before its prerequisites are taken apart.
struct RuleText {
  std::vector<std::string> targets;
  std::optional<std::string> pattern;  // of a static pattern rule
  std::string prerequisites;
  std::vector<RecipeLine> recipe;
  bool has_recipe = false;
  char recipe_prefix = '\t';
  bool double_colon = false;
  bool grouped = false;
  bool built_in = false;
  SourceRef where;
};
/// Enters a rule into the RuleBook.
void record_rule(Expander& expander, RuleText rule);
/// True if `name` may become the default goal.
bool may_be_goal(const RuleBook& book, std::string_view name);

/// The conditional directives that are open (manual, "Syntax of Conditionals").
class Conditionals {
 public:
  /// Carries out a directive; false if the first word of `line` is none.
  bool handle(Expander& expander, std::string_view line, SourceRef where);
  bool ignoring() const { return ignoring_; }
  bool any_open() const { return !levels_.empty(); }

 private:
  enum class Branch { taken, not_yet, done };
  struct Level {
    Branch branch = Branch::taken;
    bool seen_else = false;
  };
  bool open(Expander& expander, std::string_view directive, std::string_view rest, SourceRef where);
  void handle_else(Expander& expander, std::string_view rest, SourceRef where);
  void update();

  std::vector<Level> levels_;
  bool ignoring_ = false;
};

struct ReaderOptions {
  bool sets_goal = true;
  Origin origin = Origin::file;
  bool built_in = false;
  bool counts_lines = true;  // else every line is at the place of the first, as in $(eval)
};

/// Reads the text of one makefile or $(eval).
class Reader {
 public:
  /// `context` gives the scope; `first` is the place of the first line. `text` must outlive the
  /// Reader.
  Reader(const Expander& context, std::string_view text, SourceRef first, ReaderOptions options);
  void read();

 private:
  bool next_line();
  void handle_line();
  bool handle_plain_assignment();
  bool handle_recipe_line();
  void handle_assignment(const AssignmentLine& line);
  bool handle_directive(std::string_view line);
  Variable& read_define(std::string_view text, Origin origin);
  void handle_export(std::string_view names, bool exports);
  void handle_vpath(std::string_view rest);
  void handle_include(std::string_view rest, bool optional);
  void handle_rule();
  bool handle_target_variable(const std::vector<std::string>& targets, const std::string& text,
                              const std::string* recipe);
  [[noreturn]] void fail_without_colon(std::string_view text) const;
  void start_rule(const std::string& prerequisites, std::optional<std::string> recipe);
  void choose_goal();
  void finish_rule();
  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const;

  Expander expander_;
  EvaluationState& state_;
  std::string_view text_;
  size_t next_ = 0;            // start of the next line in text_
  std::uint32_t next_number_;  // and its number
  std::string_view raw_;       // the logical line, with its backslash-newlines
  SourceRef place_;
  ReaderOptions options_;
  Conditionals conditionals_;
  bool in_ignored_define_ = false;
  bool no_targets_ = false;  // a rule whose targets were empty: its recipe is dropped
  std::optional<RuleText> rule_;
};

/// $(eval TEXT).
void read_eval(Expander& expander, std::string_view text);

/// Reads a makefile by name; finds it along the include folders if `included`. False if it is not
/// there; then the Observations say why.
bool read_file_named(Expander& expander, const std::string& name, bool included, bool optional,
                     bool sets_goal);

}  // namespace kbx::makelang
