// Running recipes. A job is one recipe on its way: its lines are expanded at once, run one after
// the other, and the job holds a slot (or a token of the jobserver) until the last one ends.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/makelang/resolve_archive.h"
#include "kbx/makelang/run_update.h"

namespace kbx::makelang {
namespace {

constexpr int status_not_started = 127 << 8;  // as waitpid(2) would give exit status 127

std::string signal_name(int signal) {
  const char* text = ::strsignal(signal);
  return text ? text : fmt::format("Signal {}", signal);
}

/// A line that does nothing but say so needs no process.
bool is_colon_only(const std::vector<std::string>& words) {
  return words.size() == 3 && words[0] == "/bin/sh" && (words[1] == "-c" || words[1] == "-ec") &&
         words[2] == ":";
}

}  // namespace

/// Runs `action` with what it prints kept for the job, also if it ends by an exception.
void Updater::keeping(Job& job, const std::function<void()>& action) {
  output_.keep(job.kept.get());
  try {
    action();
  } catch (...) {
    output_.keep(nullptr);
    dump(job);
    throw;
  }
  output_.keep(nullptr);
}

bool Updater::has_running_jobs() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const auto& job) { return job->process > 0 || job->could_not_start; });
}

void Updater::start_recipe(Node* node) {
  reap(false, false);
  auto job = std::make_unique<Job>();
  job->node = node;
  job->do_not_care = node->progress.do_not_care;
  if (grouping_ != Grouping::none) job->kept = std::make_unique<KeptOutput>();
  const Resolved rule = graph_.resolved(*node);
  job->automatic = automatic_scope(rule, Graph::changed_names(*node), graph_.scope_of(*node));
  keeping(*job, [&] { job->lines = expand_recipe(evaluation_, rule, job->automatic); });
  wait_for_slot();
  ++tokens_;
  job->holds_token = true;
  Job& started = *job;
  keeping(started, [&] {
    if (options_.trace) trace_recipe(*node, started.automatic);
    start_next_line(started);
  });
  switch (node->progress.stage) {
    case Stage::running:
      jobs_.insert(jobs_.begin(), std::move(job));
      ++slots_used_;
      started.holds_slot = true;
      break;
    case Stage::not_started:
      node->progress.outcome = Outcome::success;
      [[fallthrough]];
    default:
      if (node->progress.stage != Stage::finished) finish_node(node);
      release(started);
      break;
  }
  if (slots_ == 1 || not_parallel_) wait_linearly(node);
}

void Updater::wait_linearly(const Node* node) {
  while (node->progress.stage == Stage::running) reap(true, false);
}

void Updater::wait_for_slot() {
  if (slots_ != 0) {
    while (slots_used_ == slots_) reap(true, false);
    return;
  }
  if (!jobserver_.active()) return;
  while (tokens_ > 0) {  // the first job runs on the token that this process was started with
    reap(false, false);
    if (tokens_ == 0 || jobserver_.try_take()) return;
    bool readable = false;
    if (!pending_) pending_ = signals_.wait(jobserver_.poll_descriptor(), readable);
    check_signals();
  }
}

void Updater::trace_recipe(const Node& node, const Scope& automatic) {
  const std::string newer = evaluation_.expand("$?", &automatic);
  const Location place = evaluation_.files().written_location(node.recipe->where);
  const std::string where = place.file.empty() ? "<builtin>" : place.to_string();
  output_.print(newer.empty()
                    ? fmt::format("{}: target '{}' does not exist\n", where, node.name)
                    : fmt::format("{}: update target '{}' due to: {}\n", where, node.name, newer));
}

ShellChoice Updater::shell_choice(const Job& job) const {
  ShellChoice choice;
  choice.shell = evaluation_.expand("$(SHELL)", &job.automatic, job.node->recipe->where);
  const Variable* flags = evaluation_.find(".SHELLFLAGS", &job.automatic);
  if (!flags)
    choice.flags.clear();
  else if (posix_ && flags->origin == Origin::default_)
    choice.flags = job.ignore_errors ? "-c" : "-ec";
  else
    choice.flags = evaluation_.expand("$(.SHELLFLAGS)", &job.automatic, job.node->recipe->where);
  if (const Variable* separators = evaluation_.find("IFS", &job.automatic))
    choice.separators = separators->value;
  choice.one_shell = one_shell_;
  if (choice.shell.empty()) choice.shell = "/bin/sh";
  return choice;
}

void Updater::start_next_line(Job& job) {
  Node* node = job.node;
  const bool passes_over_last = job.next < job.lines.size();
  while (job.next < job.lines.size()) {
    const CommandLine& line = job.lines[job.next++];
    job.ignore_errors = line.ignore_errors || node->ignore_errors;
    job.recursive = line.always;
    job.where = line.where;
    const ShellChoice choice = shell_choice(job);
    const std::vector<std::string> words = command_words(line.text, choice);
    if (words.empty()) continue;
    if (options_.question && !line.always) {
      node->progress.outcome = Outcome::question;
      finish_node(node);
      return;
    }
    if (options_.touch && !line.always) continue;
    job.line_kept = job.kept && (grouping_ == Grouping::recurse || !line.always);
    if (!job.line_kept) dump(job);
    output_.keep(job.line_kept ? job.kept.get() : nullptr);
    const bool silent = line.silent || node->silent || options_.silent;
    if (options_.just_print || options_.trace || !silent)
      output_.print((words.size() > 2 ? one_shell_text(line.text, choice) : line.text) + "\n");
    ++commands_started_;
    if (is_colon_only(words)) continue;
    if (options_.just_print && !line.always) continue;
    if (start_process(job, line, words)) return;
  }
  set_stage(node, Stage::running);
  node->progress.outcome = Outcome::success;
  // GNU make 4.3 touches once when it passes over the last line, and once more at the end.
  bool touched = false;
  if (passes_over_last) finish_touched(node, touched);
  finish_node(node);
}

bool Updater::start_process(Job& job, const CommandLine& line,
                            const std::vector<std::string>& words) {
  output_.enter();
  if (!job.environment)
    job.environment = std::make_unique<Environment>(evaluation_.recipe_environment(&job.automatic));
  Launch start;
  start.arguments = words;
  start.environment = job.environment.get();
  if (input_taken_ && !job.holds_input) {
    if (empty_input_ < 0) empty_input_ = empty_input();
    start.input = empty_input_;
  } else {
    job.holds_input = input_taken_ = true;
  }
  if (job.line_kept) {
    start.output = job.kept->output();
    start.errors = job.kept->errors();
  }
  if (line.always) start.inherited = jobserver_.inherited();
  const Launched launched = launch(start);
  job.process = launched.process;
  job.could_not_start = launched.process < 0;
  if (job.could_not_start)
    output_.error(fmt::format("{}: {}", words[0], std::strerror(launched.error)));
  set_stage(job.node, Stage::running);
  return true;
}

void Updater::check_signals() {
  const int signal = SignalGuard::fatal_signal();
  if (signal == 0 || dying_by_signal_) return;
  dying_by_signal_ = true;
  if (signal == SIGTERM)
    for (const auto& job : jobs_)
      if (job->process > 0) ::kill(job->process, SIGTERM);
  const bool wanted_end =
      signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
  if (wanted_end)
    for (const auto& job : jobs_) delete_targets(*job);
  while (has_running_jobs()) reap(true, !wanted_end);
  remove_intermediates(true);
  jobserver_.give_back_all();
  if (signal == SIGQUIT) std::_Exit(1);
  die_by_signal(signal);
  std::_Exit(2);
}

std::unique_ptr<Job>* Updater::next_ended(bool block, int& status) {
  for (auto& job : jobs_)
    if (job->could_not_start) {
      job->could_not_start = false;
      status = status_not_started;
      return &job;
    }
  while (true) {
    bool readable = false;
    std::optional<Ended> ended = std::exchange(pending_, std::nullopt);
    if (!ended) ended = block ? signals_.wait(-1, readable) : ended_child();
    if (ended) {
      if (!dying_by_signal_ && SignalGuard::fatal_signal() != 0) {
        // The signal went to the children too: it is the cause, their end the effect.
        pending_ = ended;
        check_signals();
      }
      for (auto& job : jobs_)
        if (job->process == ended->process) {
          job->process = -1;
          status = ended->status;
          return &job;
        }
      continue;
    }
    check_signals();
    if (!block || !has_running_jobs()) return nullptr;
  }
}

void Updater::reap(bool block, bool failed) {
  while (!jobs_.empty()) {
    if (block && failed) {
      if (!waiting_announced_) output_.error("*** Waiting for unfinished jobs....");
      waiting_announced_ = true;
    }
    int status = 0;
    std::unique_ptr<Job>* slot = next_ended(block, status);
    if (!slot) return;
    Job& job = **slot;
    if (!finish_line(job, status)) continue;
    const std::unique_ptr<Job> done = std::move(*slot);
    std::erase(jobs_, nullptr);
    const Outcome outcome = done->node->progress.outcome;
    const bool bad = outcome == Outcome::failed || outcome == Outcome::question;
    const bool do_not_care = done->do_not_care;
    release(*done);
    if (!failed && bad && !do_not_care && !options_.keep_going && !dying_by_signal_)
      throw Stop{outcome == Outcome::question ? 1 : 2};
    block = false;
  }
}

bool Updater::finish_line(Job& job, int status) {
  if (job.holds_input) job.holds_input = input_taken_ = false;
  Node* node = job.node;
  const bool by_signal = WIFSIGNALED(status);
  const bool bad = status != 0;
  output_.keep(job.kept.get());
  const bool question =
      bad && !by_signal && WEXITSTATUS(status) == 1 && options_.question && job.recursive;
  if (bad && !job.ignore_errors && !options_.ignore_errors) {
    if (!job.do_not_care && !question) report(job, status, false);
    node->progress.outcome = question ? Outcome::question : Outcome::failed;
    if (by_signal || delete_on_error_) delete_targets(job);
  } else {
    if (bad) report(job, status, true);
    if (job.next < job.lines.size()) {
      if (dying_by_signal_) {
        node->progress.outcome = Outcome::failed;
      } else {
        if (grouping_ == Grouping::line) dump(job);
        keeping(job, [&] { start_next_line(job); });
        if (node->progress.stage == Stage::running) return false;
      }
      if (node->progress.outcome != Outcome::success) delete_targets(job);
    } else {
      node->progress.outcome = Outcome::success;
    }
  }
  output_.keep(nullptr);
  dump(job);
  if (!dying_by_signal_ && node->progress.stage != Stage::finished) finish_node(node);
  return true;
}

void Updater::report(const Job& job, int status, bool ignored) {
  if (ignored && options_.silent) return;
  const Location place = evaluation_.files().written_location(job.where);
  const std::string where = place.file.empty() ? "<builtin>" : place.to_string();
  const char* before = ignored ? "" : "*** ";
  const char* after = ignored ? " (ignored)" : "";
  say_goal_error();
  std::string what;
  if (WIFSIGNALED(status))
    what = signal_name(WTERMSIG(status)) + (WCOREDUMP(status) ? " (core dumped)" : "");
  else
    what = fmt::format("Error {}", WEXITSTATUS(status));
  output_.error(fmt::format("{}[{}: {}] {}{}", before, where, job.node->name, what, after));
}

void Updater::dump(Job& job) {
  if (job.kept) output_.dump(*job.kept, grouping_ != Grouping::recurse);
}

void Updater::release(Job& job) {
  dump(job);
  if (job.holds_slot) --slots_used_;
  job.holds_slot = false;
  if (!job.holds_token) return;
  job.holds_token = false;
  // The token that comes free first is one from the server, while there are any.
  if (jobserver_.active() && tokens_ > 1) jobserver_.give_back();
  --tokens_;
}

void Updater::delete_targets(Job& job) {
  if (job.deleted) return;
  job.deleted = true;
  delete_target(job.node, nullptr);
  for (Node* other : job.node->made_together) delete_target(other, job.node);
}

void Updater::delete_target(Node* node, const Node* on_behalf_of) {
  if (node->precious || node->phony) return;
  if (const auto member = archive_name(node->name)) {
    const auto seconds = archive_member_time(member->archive, member->member);
    if (!seconds || *seconds * 1'000'000'000 == node->progress.time) return;
    output_.error(
        on_behalf_of
            ? fmt::format("*** [{}] Archive member '{}' may be bogus; not deleted",
                          on_behalf_of->name, node->name)
            : fmt::format("*** Archive member '{}' may be bogus; not deleted", node->name));
    return;
  }
  struct stat status {};
  if (::stat(node->name.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (stat_time(node->name) == node->progress.time) return;
  output_.error(on_behalf_of
                    ? fmt::format("*** [{}] Deleting file '{}'", on_behalf_of->name, node->name)
                    : fmt::format("*** Deleting file '{}'", node->name));
  if (::unlink(node->name.c_str()) != 0 && errno != ENOENT)
    output_.error(fmt::format("unlink: {}: {}", node->name, std::strerror(errno)));
}

void Updater::remove_intermediates(bool by_signal) {
  if (options_.question || options_.touch || all_secondary_) return;
  if (by_signal && options_.just_print) return;
  bool any = false;
  for (const Node& node : graph_.nodes()) {
    const bool optional = node.progress.do_not_care;
    if (!node.intermediate || node.renamed || (node.precious && !optional) || node.secondary ||
        node.command_line_goal)
      continue;
    if (node.progress.outcome == Outcome::none) continue;
    if (!options_.just_print && ::unlink(node.name.c_str()) != 0 && errno == ENOENT) continue;
    if (optional) continue;
    if (by_signal) {
      output_.error(fmt::format("*** Deleting intermediate file '{}'", node.name));
    } else if (!options_.silent) {
      output_.print((any ? " " : "rm ") + node.name);
      any = true;
    }
  }
  if (any) output_.print("\n");
}

void Updater::finish(bool failed) {
  while (has_running_jobs()) reap(true, failed);
  remove_intermediates(false);
}

}  // namespace kbx::makelang
