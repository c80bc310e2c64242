// A matrix as one Ninja graph.
//
//     OUT/CELL/…             what `kbx build` leaves in an output folder
//     OUT/.kbx/build.ninja   takes in the graph of each cell (subninja)
//     OUT/.kbx/.ninja_log    Ninja's logs, for all cells
//     OUT/.kbx/states        the state folders of all cells that were ever built here
//
// A cell is planned as `kbx build` plans it, several at a time. What plans of one kernel have in
// common, its evaluated makefiles and the answers of its compiler, is remembered on disk by the
// first of them; so one cell of each kernel goes first, then one of each set of variables, and then
// the rest, which finds everything there.
//
// Ninja refuses a whole graph for a file that is missing in a part of it. Its complaint names a
// file of the cell: that cell is taken out, and Ninja asked again.
#include "kbx/matrix/run.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/base/state_lock.h"
#include "kbx/base/text.h"
#include "kbx/kernel/module_file.h"
#include "kbx/matrix/memory.h"
#include "kbx/matrix/words.h"
#include "kbx/ninja/advice.h"
#include "kbx/ninja/record.h"
#include "kbx/ninja/runner.h"
#include "kbx/ninja/running_mark.h"
#include "kbx/ninja/talk.h"
#include "kbx/ninja/writer.h"
#include "kbx/symbols/symvers_index.h"

namespace kbx::matrix {
namespace {

/// One folder of a cell, with the plan for it.
struct Part {
  ninja::PreparedGraph graph;
  Memory memory;
};

/// One cell on its way.
struct Work {
  const Cell* cell = nullptr;
  ninja::Job job;
  std::vector<Part> parts;  // none if there is no plan
  std::size_t ended = 0;    // of the parts
  bool was_told = false;    // that it failed
  CellResult result;

  /// The part that makes a file; one folder may lie in another. Verdicts on the whole cell are
  /// remembered with the first.
  Part& part_of(const std::string& output) {
    Part* found = nullptr;
    std::size_t longest = 0;
    for (Part& part : parts)
      for (const std::string& folder : {part.graph.folder, part.graph.layout.state})
        if (is_below(output, folder) && folder.size() > longest) {
          found = &part;
          longest = folder.size();
        }
    return found ? *found : parts.front();
  }
};

ninja::Job job_of(const Cell& cell, const RunSettings& settings, const std::string& state) {
  ninja::Job job = settings.job;
  job.tree = cell.tree;
  job.folders = cell.folders;
  job.out = join_path(settings.out, cell.name);
  job.config = cell.config;
  job.variables = cell.variables;
  job.keep_going = true;
  job.flags = "k";
  job.quiet = true;
  job.ninja_folder = state;
  job.cell = cell.name;
  return job;
}

std::string name_on(const Cell& cell, Axis axis) {
  const auto found = cell.names.find(axis);
  return found == cell.names.end() ? "" : found->second;
}

CellResult blank_result(const Cell& cell, const ninja::Job& job) {
  CellResult result;
  result.name = cell.name;
  result.driver = name_on(cell, Axis::driver);
  result.kernel = name_on(cell, Axis::kernel);
  result.architecture = name_on(cell, Axis::architecture);
  result.configuration = name_on(cell, Axis::configuration);
  result.toolchain = name_on(cell, Axis::toolchain);
  result.release = cell.tree.release;
  result.folder = cell.driver;
  result.out = job.out;
  result.expects_failure = cell.expects_failure;
  result.expected_because = cell.expected_because;
  return result;
}

/// The fault of a cell of which there is no plan.
void refuse(Work& work, const Location& where, const std::string& text, const std::string& hint) {
  const std::string file = replace_all(where.file, work.cell->driver + "/", "");
  work.result.error = Fault{file, where.line, text};
  for (const std::string_view line : split_lines(hint))
    if (const auto plain = trim(line); !plain.empty()) work.result.hints.emplace_back(plain);
}

void plan(Work& work) {
  if (!work.cell->kernel_fault.empty()) {
    refuse(work, {}, work.cell->kernel_fault, work.cell->kernel_hint);
    return;
  }
  std::vector<std::string> said;
  work.job.print = [&](makelang::Stream, std::string_view text) {
    for (const std::string_view line : split_lines(text)) said.emplace_back(line);
  };
  try {
    for (ninja::PreparedGraph& graph : ninja::prepare_graphs(work.job)) {
      Memory memory = read_memory(graph.layout.state);
      if (graph.planned) {
        memory.notes = graph.notes;
        memory.notes.insert(memory.notes.end(), said.begin(), said.end());
        said.clear();
        write_memory(graph.layout.state, memory);
      }
      work.parts.push_back({std::move(graph), std::move(memory)});
    }
  } catch (const Error& error) {
    refuse(work, error.location(), error.what(), error.hint());
    work.result.notes.insert(work.result.notes.end(), said.begin(), said.end());
  }
  work.job.print = nullptr;
}

/// Plans the cells in three rounds (see above).
void plan_all(std::vector<Work>& works, unsigned threads) {
  std::set<std::string> trees;
  std::set<std::string> variables;
  std::vector<std::vector<Work*>> rounds(3);
  for (Work& work : works) {
    const std::string& tree = work.cell->tree.objtree;
    const bool is_first_of_variables =
        variables.insert(tree + "\n" + join(work.cell->variables, "\n")).second;
    const std::size_t round = trees.insert(tree).second ? 0 : is_first_of_variables ? 1 : 2;
    rounds[round].push_back(&work);
  }
  for (const std::vector<Work*>& round : rounds)
    parallel_for(round.size(), threads, [&](std::size_t i) { plan(*round[i]); });
}

constexpr const char* states_file = "states";

std::vector<std::string> known_states(const std::string& state) {
  std::vector<std::string> folders;
  const auto text = read_file_if_present(join_path(state, states_file)).value_or("");
  for (const std::string_view line : split_lines(text))
    if (is_folder(std::string(line))) folders.emplace_back(line);
  return folders;
}

/// After a run that was killed, whichever cells it built.
void remove_torn_outputs(const std::string& state) {
  for (const std::string& folder : known_states(state)) {
    ninja::Layout layout;
    layout.state = folder;
    layout.ninja = state;
    ninja::remove_torn_outputs(layout);
  }
}

void write_graph(const std::string& state, const std::vector<Work>& works) {
  std::string text =
      "# Written by kbx for a matrix; changes will be lost.\n"
      "ninja_required_version = 1.5\n\n";
  const std::vector<std::string> known = known_states(state);
  std::set<std::string> states(known.begin(), known.end());
  for (const Work& work : works) {
    for (const Part& part : work.parts) {
      text += "subninja " + ninja::escape_path(part.graph.file) + "\n";
      states.insert(part.graph.layout.state);
    }
  }
  write_file_if_changed(join_path(state, states_file),
                        join({states.begin(), states.end()}, "\n") + "\n");
  write_file_if_changed(join_path(state, "build.ninja"), text);
}

/// Folders whose names say nothing in a message: they differ from kernel to kernel, or are known.
std::vector<std::string> folders_of(const Cell& cell) {
  return {cell.driver, cell.tree.objtree, cell.tree.srctree, cell.tree.headers};
}

/// Gives what Ninja tells to the cells that it is about.
class Audience {
 public:
  Audience(std::vector<Work>& works, const Listener& listener)
      : listener_(listener),
        talk_({[this](std::string_view count, std::string_view text) { take_end(count, text); },
               [this](std::string_view) { take_failure(); },
               [this](std::string_view line) { take_line(line); }}) {
    for (Work& work : works) {
      works_.emplace(work.cell->name, &work);
      if (work.parts.empty()) tell_failure(work);
    }
  }
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  void take(std::string_view bytes) { talk_.take(bytes); }
  void finish() {
    talk_.finish();
    end_command();
  }
  const std::string& complaint() const { return talk_.complaint(); }
  bool saw_failure() const { return saw_failure_; }

 private:
  /// A command that ended; its words are what follows.
  struct Command {
    Work* work = nullptr;
    std::string output;
    std::string words;
    bool failed = false;
  };

  void take_end(std::string_view count, std::string_view text) {
    end_command();
    const auto told = ninja::read_told(text);
    if (!told) return;
    const auto found = works_.find(told->cell);
    if (found == works_.end()) return;
    Work& work = *found->second;
    now_ = Command{&work, told->output, "", false};
    const bool ends =
        told->output == work.part_of(told->output).graph.layout.file(ninja::end_of_cell);
    if (ends && ++work.ended == work.parts.size()) {
      ++done_;
      tell_cells();
    }
    if (listener_.command) listener_.command(count, told->cell, told->text);
  }

  void take_failure() {
    saw_failure_ = true;
    if (now_) now_->failed = true;
  }

  void take_line(std::string_view line) {
    if (!now_) return;
    std::string known(line);
    for (const auto& [graph, memory] : now_->work->parts)
      known = ninja::with_source_named(known, graph.layout, graph.folder, graph.source);
    now_->words += known + "\n";
  }

  void end_command() {
    if (!now_) return;
    const Command command = *std::exchange(now_, std::nullopt);
    Work& work = *command.work;
    std::vector<std::string> warnings;
    for (const std::string_view line : split_lines(command.words))
      if (is_warning(line)) warnings.emplace_back(line);
    remember(work, command.output, std::move(warnings));
    if (!command.failed) return;
    work.result.failures.push_back({command.output, "", command.words});
    if (!work.result.error) {
      work.result.error = first_fault(command.words, folders_of(*work.cell));
      tell_failure(work);
    }
  }

  /// On disk at once: should this run be killed, the next does not run the command again.
  static void remember(Work& work, const std::string& output, std::vector<std::string> warnings) {
    Part& part = work.part_of(output);
    auto& known = part.memory.warnings;
    const auto before = known.find(output);
    if (before == known.end() ? warnings.empty() : before->second == warnings) return;
    if (warnings.empty())
      known.erase(before);
    else
      known[output] = std::move(warnings);
    write_memory(part.graph.layout.state, part.memory);
  }

  void tell_failure(Work& work) {
    ++failed_;
    const bool is_new = !std::exchange(work.was_told, true);
    if (is_new && listener_.failure) listener_.failure(*work.cell, *work.result.error);
    tell_cells();
  }

  void tell_cells() {
    if (listener_.cells) listener_.cells(done_ + failed_, failed_);
  }

  const Listener& listener_;
  std::map<std::string, Work*, std::less<>> works_;
  std::optional<Command> now_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  bool saw_failure_ = false;
  ninja::Talk talk_;
};

/// The cell that Ninja's complaint is about: it names a file of it.
Work* cell_of_complaint(std::vector<Work>& works, std::string_view complaint) {
  const auto names = [&](const std::string& folder) {
    return complaint.find(folder + "/") != std::string_view::npos;
  };
  for (Work& work : works)
    if (!work.parts.empty() &&
        (names(work.job.out) || std::ranges::any_of(work.parts, [&](const Part& part) {
           return names(part.graph.folder);
         })))
      return &work;
  return nullptr;
}

/// A text about files of a cell, with them seen from the driver's folder.
std::string seen_from_driver(const Work& work, std::string text) {
  for (const Part& part : work.parts) {
    const std::string below = relative_path(part.graph.source, work.cell->driver);
    text = replace_all(text, part.graph.folder + "/", below == "." ? "" : below + "/");
  }
  return text;
}

std::string state_folder(const RunSettings& settings) {
  return join_path(settings.out, ".kbx");
}

/// Runs Ninja until it takes the graph. False if a signal asked to stop.
bool run_graph(std::vector<Work>& works, const std::string& state, int inherited,
               const RunSettings& settings) {
  ninja::RunOptions options;
  options.jobs = settings.job.jobs;
  options.keep_going = true;
  ninja::begin_launches(settings.job.launcher, state);
  while (std::ranges::any_of(works, [](const Work& work) { return !work.parts.empty(); })) {
    write_graph(state, works);
    Audience audience(works, settings.listener);
    const ninja::NinjaEnd end = ninja::run_ninja(
        state, ninja::launch_environment(settings.job.launcher, state, settings.job.environment),
        options, inherited, [&](std::string_view bytes) { audience.take(bytes); });
    audience.finish();
    if (end.stopped) return false;
    if (end.status == 0 || audience.saw_failure()) return true;
    Work* work = cell_of_complaint(works, audience.complaint());
    if (!work)
      throw Error(
          audience.complaint().empty() ? "ninja ended without a word" : audience.complaint(),
          "the graph is " + join_path(state, "build.ninja"));
    refuse(*work, {}, seen_from_driver(*work, audience.complaint()), "");
    work->parts.clear();
  }
  Audience(works, settings.listener).finish();
  return true;
}

/// What verdicts are made from, as far as it can change.
std::string evidence(const std::vector<std::string>& modules, const kernel::Tree& tree) {
  std::string text;
  std::vector<std::string> files = modules;
  files.push_back(join_path(tree.objtree, "Module.symvers"));
  for (const std::string& file : files)
    if (const auto stamp = stamp_of(file))
      text += file + " " + std::to_string(stamp->modified_ns) + " " + std::to_string(stamp->size) +
              "\n";
  return text;
}

/// Fills in what `kbx build` would say of the modules as its last step.
void judge(Work& work, const std::vector<std::string>& symbol_lists) {
  const std::string& out = work.job.out;
  Memory& memory = work.parts.front().memory;
  std::vector<std::string> files;
  for (const ModuleResult& module : work.result.modules)
    if (module.built) files.push_back(join_path(out, module.name + ".ko"));
  if (files.empty()) return;
  const std::string judged = evidence(files, work.cell->tree);
  if (judged == memory.judged) {
    work.result.modules = memory.verdicts;
    return;
  }
  try {
    const auto verdicts = kernel::check_built_modules(files, {}, symbol_lists, work.cell->tree,
                                                      symbols::index_cache(work.job.environment));
    for (const symbols::Verdict& verdict : verdicts)
      for (ModuleResult& module : work.result.modules) {
        if (join_path(out, module.name + ".ko") != verdict.path) continue;
        module.verdict = symbols::outcome_name(verdict.outcome);
        for (const symbols::Finding& reason : verdict.reasons)
          module.reasons.push_back(reason.text);
      }
    memory.judged = judged;
    memory.verdicts = work.result.modules;
  } catch (const Error& error) {
    work.result.notes.push_back("whether the modules would load is not known: " +
                                std::string(error.what()));
  }
}

/// How long the commands of a cell took, in seconds.
struct Log {
  const std::map<std::string, ninja::LogEntry, std::less<>>& entries;

  double seconds_of(const ninja::Record& record) const {
    std::int64_t milliseconds = 0;
    std::set<std::uint64_t> commands;
    for (const ninja::Record::Output& output : record.outputs)
      if (const auto entry = entries.find(output.path);
          entry != entries.end() && commands.insert(entry->second.command).second)
        milliseconds += entry->second.milliseconds;
    return static_cast<double>(milliseconds) / 1000;
  }
};

void add_modules(CellResult& result, const ninja::Outcome& outcome) {
  for (const kbuild::Module& module : outcome.modules) {
    const std::string path =
        outcome.built ? join_path(outcome.out, module.name + ".ko") : module.ko;
    const auto stamp = stamp_of(path);
    result.modules.push_back(
        {module.name, outcome.built && stamp.has_value(), stamp ? stamp->size : 0, "", {}});
  }
}

/// What to do about the failures of a cell, each thing once.
std::vector<std::string> advice_on(Work& work) {
  std::vector<std::string> advice;
  for (const FailedCommand& failure : work.result.failures) {
    const ninja::PreparedGraph& graph = work.part_of(failure.output).graph;
    std::vector<std::string> lines;
    for (const std::string_view line : split_lines(failure.words)) lines.emplace_back(line);
    for (std::string& text : ninja::advice_on_failure(lines, graph.source, graph.layout))
      if (std::ranges::find(advice, text) == advice.end()) advice.push_back(std::move(text));
  }
  return ninja::as_many_as_are_read(std::move(advice));
}

/// What there is to say of one folder of a cell when Ninja has ended. Gives the lists of symbols
/// that it was checked against.
std::vector<std::string> conclude_part(Work& work, const Part& part, const Log& log) {
  CellResult& result = work.result;
  ninja::Outcome outcome = ninja::finish_graph(work.job, part.graph, result.built);
  add_modules(result, outcome);
  if (const auto record = ninja::read_record(part.graph.layout)) {
    result.seconds += log.seconds_of(*record);
    for (FailedCommand& failure : result.failures)
      if (const auto* output = record->find(failure.output)) failure.module = output->module;
  }
  result.notes.insert(result.notes.end(), part.memory.notes.begin(), part.memory.notes.end());
  for (const auto& [output, warnings] : part.memory.warnings)
    result.warnings.insert(result.warnings.end(), warnings.begin(), warnings.end());
  return std::move(outcome.symbol_lists);
}

/// Everything that can be said of a cell when Ninja has ended.
void conclude(Work& work, const Log& log) {
  CellResult& result = work.result;
  if (work.parts.empty()) return;
  result.built = !result.error && result.failures.empty();
  std::vector<std::string> lists;
  for (const Part& part : work.parts) {
    std::vector<std::string> more = conclude_part(work, part, log);
    lists.insert(lists.end(), more.begin(), more.end());
  }
  result.hints = advice_on(work);
  for (FailedCommand& failure : result.failures)
    failure.output = seen_from_driver(work, failure.output);
  if (result.built) judge(work, lists);
  const Part& first = work.parts.front();
  write_memory(first.graph.layout.state, first.memory);
}

/// What is wrong with the tree or this machine goes to the cells that failed; it is looked for once
/// per tree.
void add_hints(std::vector<Work>& works) {
  std::map<std::string, std::vector<ninja::MachineFault>> faults;
  for (Work& work : works) {
    if (work.result.built || !work.cell->kernel_fault.empty() || work.cell->tree.objtree.empty())
      continue;
    const auto [entry, is_new] = faults.try_emplace(work.cell->tree.objtree);
    if (is_new) entry->second = ninja::machine_faults(work.job);
    for (std::string& hint :
         ninja::hints_beside(work.result.error ? work.result.error->text : "", entry->second))
      work.result.hints.push_back(std::move(hint));
  }
}

}  // namespace

std::optional<ninja::LaunchFigures> launch_figures(const RunSettings& settings) {
  return ninja::read_launches(settings.job.launcher, state_folder(settings));
}

std::optional<std::vector<CellResult>> run_cells(const std::vector<Cell>& cells,
                                                 const RunSettings& settings) {
  const std::string state = state_folder(settings);
  const FileLock lock = lock_state(state, settings.out);
  const ninja::RunningMark mark(state);
  if (mark.found_killed()) remove_torn_outputs(state);

  std::vector<Work> works(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    works[i].cell = &cells[i];
    works[i].job = job_of(cells[i], settings, state);
    works[i].result = blank_result(cells[i], works[i].job);
  }
  const unsigned threads =
      settings.job.jobs > 0 ? static_cast<unsigned>(settings.job.jobs) : processors();
  plan_all(works, threads);
  if (!run_graph(works, state, mark.inherited(), settings)) return std::nullopt;
  ninja::Layout layout;
  layout.state = state;
  const auto entries = ninja::read_ninja_log(layout);
  parallel_for(works.size(), threads, [&](std::size_t i) { conclude(works[i], {entries}); });
  add_hints(works);
  std::vector<CellResult> results;
  for (Work& work : works) results.push_back(std::move(work.result));
  return results;
}

}  // namespace kbx::matrix
