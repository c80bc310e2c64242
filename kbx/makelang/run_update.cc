// Deciding what to remake. Every walk over the graph starts at the goals and goes depth first; a
// node that waits for a running recipe makes those above it wait, and the next walk, after a child
// has ended, gets further. `considered` marks the nodes of a walk, so that each is looked at once.
#include "kbx/makelang/run_update.h"

#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/makelang/resolve_archive.h"

namespace kbx::makelang {
namespace {

void set_updating(Node* node, bool updating) {
  (node->first_rule ? node->first_rule : node)->progress.updating = updating;
}
bool is_updating(const Node* node) {
  return (node->first_rule ? node->first_rule : node)->progress.updating;
}

bool is_busy(const Node* node) {
  for (node = node->first_rule ? node->first_rule : node; node; node = node->next_rule)
    if (node->progress.stage == Stage::running ||
        node->progress.stage == Stage::waiting_for_prerequisites)
      return true;
  return false;
}

bool has_recursive_line(const Node* node) {
  return std::any_of(node->recipe->lines.begin(), node->recipe->lines.end(),
                     [](const RecipeLine& line) { return always_runs(line.text); });
}
bool has_only_recursive_lines(const Node* node) {
  return std::all_of(node->recipe->lines.begin(), node->recipe->lines.end(),
                     [](const RecipeLine& line) { return always_runs(line.text); });
}

bool is_empty_recipe(const Recipe& recipe) {
  for (const RecipeLine& line : recipe.lines)
    if (line.text.find_first_not_of(" \t\n\v\f\r@-+") != std::string::npos) return false;
  return true;
}

bool is_present(const RuleBook& rules, std::string_view special) {
  const auto found = rules.special.find(special);
  return found != rules.special.end() && found->second.present;
}
bool is_bare(const RuleBook& rules, std::string_view special) {
  const auto found = rules.special.find(special);
  return found != rules.special.end() && found->second.present && found->second.names.empty();
}

}  // namespace

Grouping grouping_of(const Options& options) {
  if (options.output_sync == "line") return Grouping::line;
  if (options.output_sync == "target") return Grouping::target;
  return options.output_sync == "recurse" ? Grouping::recurse : Grouping::none;
}

Updater::Updater(Graph& graph, const Options& options, Output& output, Jobserver& jobserver,
                 int slots)
    : graph_(graph),
      evaluation_(graph.evaluation()),
      options_(options),
      output_(output),
      jobserver_(jobserver),
      slots_(slots) {
  const RuleBook& rules = graph.rules();
  if (slots != 1) grouping_ = grouping_of(options);
  if (grouping_ == Grouping::line || grouping_ == Grouping::target) output.announce_groups_only();
  not_parallel_ = is_present(rules, ".NOTPARALLEL");
  all_silent_ = is_bare(rules, ".SILENT");
  all_secondary_ = is_bare(rules, ".SECONDARY");
  delete_on_error_ = is_present(rules, ".DELETE_ON_ERROR");
  one_shell_ = is_present(rules, ".ONESHELL");
  posix_ = is_present(rules, ".POSIX");
  if (is_bare(rules, ".IGNORE")) options_.ignore_errors = true;
  if (all_silent_) options_.silent = true;
}

Updater::~Updater() {
  if (empty_input_ >= 0) ::close(empty_input_);
}

void Updater::fatal(std::string_view text) {
  output_.error(fmt::format("*** {}.  Stop.", text));
  throw Stop{2};
}

Outcome Updater::update(std::vector<Goal> goals, bool makefiles) {
  const Options given = options_;
  Outcome status = Outcome::none;
  updating_makefiles_ = makefiles;
  if (makefiles && makefiles_only_if_old_) options_.always_make = false;
  ++considered_;
  while (!goals.empty()) {
    reap(true, false);
    bool stop = false;
    size_t i = 0;
    while (i < goals.size() && !stop) {
      bool unfinished = false;
      if (makefiles) {
        const bool is_goal = real(goals[i].node)->command_line_goal;
        options_.touch = given.touch && is_goal;
        options_.question = given.question && is_goal;
        options_.just_print = given.just_print && is_goal;
      }
      update_goal(goals[i], stop, unfinished, status);
      const Goal goal = goals[i];
      const Node* node = real(goal.node);
      if (!stop && unfinished) {
        ++i;
        continue;
      }
      if (!makefiles && node->progress.outcome == Outcome::success && !goal.changed &&
          !options_.silent && !options_.question)
        output_.message(node->phony || !node->recipe
                            ? fmt::format("Nothing to be done for '{}'.", node->name)
                            : fmt::format("'{}' is up to date.", node->name));
      goals.erase(goals.begin() + static_cast<std::ptrdiff_t>(i));
    }
    // What -q stops at is the present pass; the goals that are left get another one.
    if (i == goals.size()) ++considered_;
  }
  goal_ = nullptr;
  updating_makefiles_ = false;
  options_.always_make = given.always_make;
  options_.touch = given.touch;
  options_.question = given.question;
  options_.just_print = given.just_print;
  return status;
}

void Updater::update_goal(Goal& goal, bool& stop, bool& unfinished, Outcome& status) {
  goal_ = &goal;
  Node* node = real(goal.node);
  for (node = node->first_rule ? node->first_rule : node; node; node = node->next_rule) {
    const unsigned started = commands_started_;
    node->progress.do_not_care = goal.do_not_care;
    const Outcome failure = update_file(node, updating_makefiles_ ? 1 : 0);
    node = real(node);
    if (commands_started_ > started) goal.changed = true;
    if ((failure != Outcome::success || node->progress.updated) && status < Outcome::question) {
      if (node->progress.outcome != Outcome::success) {
        status = node->progress.outcome;
        stop = options_.question && !options_.keep_going && !updating_makefiles_;
      } else {
        const FileTime time = updating_makefiles_ ? time_without_search(node) : time_of(node);
        if (node->progress.updated && time != node->progress.time_before) {
          if (!updating_makefiles_ || (!options_.just_print && !options_.question))
            status = Outcome::success;
          if (updating_makefiles_ && node->progress.do_not_care) stop = true;
        }
      }
    }
    unfinished = unfinished || !node->progress.updated;
    node->progress.do_not_care = false;
    if (stop) break;
  }
}

Outcome Updater::update_file(Node* node, unsigned depth) {
  Node* first = node->first_rule ? node->first_rule : node;
  if (first->progress.considered == considered_) {
    const Progress& progress = first->progress;
    const bool owes_message = progress.updated && progress.outcome > Outcome::none &&
                              !progress.do_not_care && progress.complaint_due;
    if (!owes_message)
      return progress.stage == Stage::finished ? progress.outcome : Outcome::success;
  }
  Outcome status = Outcome::success;
  for (Node* each = first; each; each = each->next_rule) {
    each->progress.considered = considered_;
    const Outcome result = update_node(each, depth);
    each = real(each);
    if (result != Outcome::success && !options_.keep_going) return result;
    if (each->progress.stage == Stage::running ||
        each->progress.stage == Stage::waiting_for_prerequisites)
      return Outcome::success;
    status = std::max(status, result);
  }
  return status;
}

Outcome Updater::update_node(Node* node, unsigned depth) {
  if (node->progress.updated) {
    if (node->progress.outcome <= Outcome::none) return Outcome::success;
    if (node->progress.complaint_due && !node->progress.do_not_care) complain(node);
    return node->progress.outcome;
  }
  if (node->progress.stage == Stage::running) return Outcome::success;
  if (node->progress.stage == Stage::finished) return node->progress.outcome;
  node->progress.complaint_due = node->progress.do_not_care;
  ++depth;
  set_updating(node, true);
  Node* const asked = node;
  FileTime time = time_of(node);
  const bool missing = time == time_missing;
  if (node->coarse_time && time > time_old && time != time_newest)
    time = time - time % 1'000'000'000 + 999'999'999;  // as new as it may be
  bool must_make = missing;
  graph_.find_recipe(*node);

  bool running = false;
  Outcome status = update_prerequisites(node, depth, time, must_make, running);
  if (must_make || options_.always_make)
    status = std::max(status, update_intermediates(node, depth, running));
  set_updating(node, false);
  set_updating(asked, false);
  if (running) {
    set_stage(node, Stage::waiting_for_prerequisites);
    return Outcome::success;
  }
  --depth;
  if (status != Outcome::success) {
    give_up(node, status, depth);
    return status;
  }
  if (node->progress.stage == Stage::waiting_for_prerequisites) set_stage(node, Stage::not_started);
  if (!is_out_of_date(node, time, missing, must_make)) {
    finish_node(node);
    graph_.take_found_name(*node);
    return Outcome::success;
  }
  if (node->name != node->found_name) node->ignore_search = true;
  remake(node);
  return node->progress.stage == Stage::finished ? node->progress.outcome : Outcome::success;
}

Outcome Updater::update_prerequisites(Node* node, unsigned depth, FileTime time, bool& must_make,
                                      bool& running) {
  Outcome status = Outcome::success;
  std::vector<Node*> owners = {node};
  owners.insert(owners.end(), node->made_together.begin(), node->made_together.end());
  for (Node* owner : owners)
    for (size_t i = 0; i < owner->edges.size();) {
      Node* file = real(owner->edges[i].node);
      const FileTime before = time_of(file);
      if (is_updating(file)) {
        output_.error(fmt::format("Circular {} <- {} dependency dropped.", node->name, file->name));
        owner->edges.erase(owner->edges.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      file->parent = node;
      bool maybe_make = must_make;
      const bool cared = file->progress.do_not_care;
      if (updating_makefiles_) file->progress.do_not_care = node->progress.do_not_care;
      status = std::max(status, check_prerequisite(file, depth, time, maybe_make));
      if (updating_makefiles_) file->progress.do_not_care = cared;
      if (!owner->edges[i].order_only) must_make = maybe_make;
      file = real(file);
      const bool busy = is_busy(file);
      running = running || busy;
      if (status != Outcome::success && !options_.keep_going) break;
      if (!running) owner->edges[i].changed = time_of(file) != before || before == time_missing;
      ++i;
    }
  return status;
}

Outcome Updater::update_intermediates(Node* node, unsigned depth, bool& running) {
  Outcome status = Outcome::success;
  for (Edge& edge : node->edges) {
    Node* file = real(edge.node);
    if (!file->intermediate) continue;
    const FileTime before = time_of(file);
    file->parent = node;
    const bool cared = file->progress.do_not_care;
    if (updating_makefiles_) file->progress.do_not_care = node->progress.do_not_care;
    status = std::max(status, update_file(file, depth));
    if (updating_makefiles_) file->progress.do_not_care = cared;
    file = real(file);
    running = running || is_busy(file);
    if (status != Outcome::success && !options_.keep_going) break;
    if (!running) edge.changed = (node->phony && node->recipe) || time_of(file) != before;
  }
  return status;
}

Outcome Updater::check_prerequisite(Node* node, unsigned depth, FileTime time, bool& must_make) {
  ++depth;
  set_updating(node, true);
  Node* const asked = node;
  Outcome status = Outcome::success;
  if (node->phony || !node->intermediate) {
    status = update_file(node, depth);
    node = real(node);
    const FileTime now = time_of(node);
    if (now == time_missing || now > time) must_make = true;
  } else {
    status = check_intermediate(node, depth, time, must_make);
    node = real(node);
  }
  set_updating(node, false);
  set_updating(asked, false);
  return status;
}

Outcome Updater::check_intermediate(Node* node, unsigned depth, FileTime time, bool& must_make) {
  graph_.find_recipe(*node);
  const FileTime own = time_of(node);
  if (own != time_missing && own > time) {
    must_make = true;
    return Outcome::success;
  }
  Outcome status = Outcome::success;
  bool waiting = false;
  for (size_t i = 0; i < node->edges.size();) {
    Node* file = real(node->edges[i].node);
    if (is_updating(file)) {
      output_.error(fmt::format("Circular {} <- {} dependency dropped.", node->name, file->name));
      node->edges.erase(node->edges.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    file->parent = node;
    bool maybe_make = must_make;
    status = std::max(status, check_prerequisite(file, depth, time, maybe_make));
    if (!node->edges[i].order_only) must_make = maybe_make;
    file = real(file);
    if (status != Outcome::success && !options_.keep_going) break;
    waiting = waiting || file->progress.stage == Stage::running ||
              file->progress.stage == Stage::waiting_for_prerequisites;
    ++i;
  }
  if (waiting) set_stage(node, Stage::waiting_for_prerequisites);
  return status;
}

bool Updater::is_out_of_date(Node* node, FileTime time, bool missing, bool must_make) {
  bool prerequisites_changed = false;
  for (Edge& edge : node->edges) {
    Node* file = real(edge.node);
    const FileTime their_time = time_of(file);
    if (!edge.order_only) {
      if (their_time == time_missing && !file->intermediate) must_make = true;
      prerequisites_changed = prerequisites_changed || edge.changed;
    }
    edge.changed = edge.changed || missing || their_time > time;
  }
  if (node->first_rule && node->edges.empty()) return true;
  if (!missing && node->is_target && !prerequisites_changed && !node->recipe &&
      !options_.always_make)
    return false;
  return must_make || (node->recipe && options_.always_make);
}

void Updater::give_up(Node* node, Outcome status, unsigned depth) {
  node->progress.outcome = status == Outcome::none ? Outcome::failed : status;
  finish_node(node);
  if (depth == 0 && options_.keep_going && !options_.just_print && !options_.question)
    output_.error(fmt::format("Target '{}' not remade because of errors.", node->name));
}

void Updater::remake(Node* node) {
  if (!node->recipe) {
    if (node->phony || node->is_target) {
      node->progress.outcome = Outcome::success;
    } else {
      if (!updating_makefiles_ || !node->progress.do_not_care) complain(node);
      node->progress.outcome = Outcome::failed;
    }
    finish_node(node);
    return;
  }
  if (options_.touch && !has_recursive_line(node)) {
    node->progress.outcome = Outcome::success;
    finish_node(node);
    return;
  }
  if (is_empty_recipe(*node->recipe)) {
    set_stage(node, Stage::running);
    node->progress.outcome = Outcome::success;
    finish_node(node);
    return;
  }
  start_recipe(node);
}

void Updater::finish_touched(Node* node, bool& touched) {
  if (!options_.touch || node->progress.outcome != Outcome::success) return;
  if (node->recipe && !node->recipe->lines.empty() && has_only_recursive_lines(node)) return;
  if (node->phony || !node->recipe) return;
  node->progress.outcome = touch(node);
  ++commands_started_;
  touched = true;
}

/// The files that a recipe makes together wait together.
void Updater::set_stage(Node* node, Stage stage) {
  node->progress.stage = stage;
  for (Node* other : node->made_together)
    other->progress.stage = std::max(other->progress.stage, stage);
}

void Updater::finish_node(Node* node) {
  const bool ran = node->progress.stage == Stage::running;
  bool touched = false;
  node->progress.stage = Stage::finished;
  node->progress.updated = true;
  finish_touched(node, touched);
  if (node->progress.time_before == time_unknown) node->progress.time_before = node->progress.time;
  if ((ran && !node->phony) || touched) {
    bool look_again = true;
    if ((options_.question || options_.just_print || options_.touch) && node->recipe)
      look_again = has_only_recursive_lines(node);
    else if (node->is_target && !node->recipe)
      look_again = false;
    node->progress.time = look_again ? time_unknown : time_newest;
  }
  if (node->first_rule) {
    FileTime latest = node->progress.time;
    bool all = true;
    for (const Node* each = node->first_rule; each; each = each->next_rule) {
      all = all && each->progress.updated;
      latest = std::max(latest, each->progress.time);
    }
    if (all)
      for (Node* each = node->first_rule; each; each = each->next_rule)
        each->progress.time = latest;
  }
  if (ran && node->progress.outcome != Outcome::none) {
    for (Node* other : node->made_together) {
      other->progress.stage = Stage::finished;
      other->progress.updated = true;
      other->progress.outcome = node->progress.outcome;
      if (!other->phony) look_up_time(other, false);
    }
  } else if (node->progress.outcome == Outcome::none) {
    node->progress.outcome = Outcome::success;
  }
}

void Updater::say_goal_error() {
  if (!goal_ || !goal_->included || goal_->do_not_care || goal_->error == 0) return;
  output_.print_error(fmt::format("{}: {}: {}\n",
                                  evaluation_.files().written_location(goal_->where).to_string(),
                                  real(goal_->node)->name, std::strerror(goal_->error)));
  goal_->error = 0;
}

void Updater::complain(Node* node) {
  for (const Edge& edge : node->edges) {
    Node* file = real(edge.node);
    if (file->progress.updated && file->progress.outcome > Outcome::none &&
        node->progress.complaint_due) {
      complain(file);
      node->progress.complaint_due = false;
      return;
    }
  }
  say_goal_error();
  std::string text = fmt::format("No rule to make target '{}'", node->name);
  if (node->parent) text += fmt::format(", needed by '{}'", node->parent->name);
  if (!options_.keep_going) fatal(text);
  output_.error(fmt::format("*** {}.", text));
  node->progress.complaint_due = false;
}

Outcome Updater::touch(Node* node) {
  if (!options_.silent) output_.print(fmt::format("touch {}\n", node->name));
  if (options_.just_print) return Outcome::success;
  if (const auto member = archive_name(node->name)) {
    if (touch_archive_member(member->archive, member->member, ::time(nullptr)))
      return Outcome::success;
    output_.error(exists(member->archive)
                      ? fmt::format("touch: Member '{}' does not exist in '{}'", member->member,
                                    member->archive)
                      : fmt::format("touch: Archive '{}' does not exist", member->archive));
    return Outcome::failed;
  }
  const int descriptor = ::open(node->name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    output_.error(fmt::format("touch: open: {}: {}", node->name, std::strerror(errno)));
    return Outcome::failed;
  }
  ::futimens(descriptor, nullptr);
  ::close(descriptor);
  return Outcome::success;
}

}  // namespace kbx::makelang
