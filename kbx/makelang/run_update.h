#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kbx/makelang/jobs.h"
#include "kbx/makelang/jobserver.h"
#include "kbx/makelang/options.h"
#include "kbx/makelang/recipe_words.h"
#include "kbx/makelang/resolve_graph.h"
#include "kbx/makelang/run_output.h"

namespace kbx::makelang {

/// Thrown where make stops at once; the message is printed already.
struct Stop {
  int status = 2;
};

/// A target asked for: by the command line, by default, or a makefile to be brought up to date.
struct Goal {
  Node* node = nullptr;
  bool changed = false;
  bool do_not_care = false;  // an optional makefile
  bool included = false;     // by an include line at `where`
  int error = 0;             // why reading it failed
  SourceRef where;
};

/// One recipe on its way.
struct Job {
  Node* node = nullptr;
  Scope automatic;  // inside the scope of the target
  std::vector<CommandLine> lines;
  size_t next = 0;  // line
  pid_t process = -1;
  bool could_not_start = false;
  bool ignore_errors = false;  // of the line that runs
  bool recursive = false;
  bool holds_input = false;
  bool holds_slot = false;
  bool holds_token = false;
  bool do_not_care = false;
  bool deleted = false;
  SourceRef where;  // the line that runs
  std::unique_ptr<Environment> environment;
  std::unique_ptr<KeptOutput> kept;  // with --output-sync
  bool line_kept = false;            // of the line that runs
};

/// How much of the output of parallel jobs is kept together (-O).
enum class Grouping { none, line, target, recurse };
Grouping grouping_of(const Options& options);

/// Brings files up to date, one make process's worth (GNU make manual, "How make Processes a
/// Makefile", "Parallel Execution", "Errors in Recipes"). The walk is depth first and done again
/// after each child that ends; what a walk may do is decided by the stage of each node.
class Updater {
 public:
  Updater(Graph& graph, const Options& options, Output& output, Jobserver& jobserver, int slots);
  ~Updater();
  Updater(const Updater&) = delete;
  Updater& operator=(const Updater&) = delete;

  /// With `makefiles`, the goals are makefiles: no directory search for their times, and -n -q -t
  /// hold only for those that are also goals of the command line.
  Outcome update(std::vector<Goal> goals, bool makefiles);
  /// -B is not for the makefiles, which it has remade once.
  void make_makefiles_if_old() { makefiles_only_if_old_ = true; }
  /// Waits for what still runs and removes intermediate files. `failed`: says that it waits.
  void finish(bool failed);

  FileTime time_of(Node*& node);
  FileTime time_without_search(Node*& node);
  bool clock_skew_seen() const { return skew_seen_; }
  /// For all that goes by other ways than exceptions: prints "make: *** TEXT.  Stop." and throws.
  [[noreturn]] void fatal(std::string_view text);

 private:
  // run_update.cc: the walk
  void update_goal(Goal& goal, bool& stop, bool& unfinished, Outcome& status);
  Outcome update_file(Node* node, unsigned depth);
  Outcome update_node(Node* node, unsigned depth);
  Outcome update_prerequisites(Node* node, unsigned depth, FileTime time, bool& must_make,
                               bool& running);
  Outcome update_intermediates(Node* node, unsigned depth, bool& running);
  Outcome check_prerequisite(Node* node, unsigned depth, FileTime time, bool& must_make);
  Outcome check_intermediate(Node* node, unsigned depth, FileTime time, bool& must_make);
  bool is_out_of_date(Node* node, FileTime time, bool missing, bool must_make);
  void give_up(Node* node, Outcome status, unsigned depth);
  void remake(Node* node);
  void finish_node(Node* node);
  static void set_stage(Node* node, Stage stage);
  void finish_touched(Node* node, bool& touched);
  void complain(Node* node);
  void say_goal_error();
  Outcome touch(Node* node);

  // run_times.cc
  FileTime look_up_time(Node*& node, bool search);
  FileTime stat_time(const std::string& name) const;
  void warn_about_future(const Node& node, FileTime time);

  // run_jobs.cc
  void start_recipe(Node* node);
  void start_next_line(Job& job);
  bool start_process(Job& job, const CommandLine& line, const std::vector<std::string>& words);
  void wait_for_slot();
  void reap(bool block, bool failed);
  std::unique_ptr<Job>* next_ended(bool block, int& status);
  bool finish_line(Job& job, int status);
  void report(const Job& job, int status, bool ignored);
  void trace_recipe(const Node& node, const Scope& automatic);
  void dump(Job& job);
  void keeping(Job& job, const std::function<void()>& action);
  bool has_running_jobs() const;
  void release(Job& job);
  void delete_targets(Job& job);
  void delete_target(Node* node, const Node* on_behalf_of);
  void remove_intermediates(bool by_signal);
  void check_signals();
  ShellChoice shell_choice(const Job& job) const;
  void wait_linearly(const Node* node);

  Graph& graph_;
  const Evaluation& evaluation_;
  Options options_;
  Output& output_;
  Jobserver& jobserver_;
  Grouping grouping_ = Grouping::none;
  int slots_;  // 0: no limit, or that of the jobserver
  bool not_parallel_ = false;
  bool all_silent_ = false;
  bool all_secondary_ = false;
  bool delete_on_error_ = false;
  bool one_shell_ = false;
  bool posix_ = false;

  SignalGuard signals_;
  std::vector<std::unique_ptr<Job>> jobs_;  // newest first
  std::optional<Ended> pending_;            // ended while waiting for a token
  int slots_used_ = 0;
  int tokens_ = 0;
  int empty_input_ = -1;
  bool input_taken_ = false;
  bool waiting_announced_ = false;
  bool dying_by_signal_ = false;
  bool skew_seen_ = false;
  unsigned considered_ = 0;
  unsigned commands_started_ = 0;
  bool updating_makefiles_ = false;
  bool makefiles_only_if_old_ = false;
  Goal* goal_ = nullptr;
};

}  // namespace kbx::makelang
