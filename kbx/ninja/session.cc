// A build from the user's words to the modules in the output folder.
//
// Layout of an output folder:
//
//     OUT/NAME.ko, Module.symvers, modules.order, compile_commands.json   what people want
//     OUT/IMAGE
//     OUT/config/                 of a driver with options: .config, and what builds read of it
//     OUT/.kbx/tree/…      the shadow, where everything is made
//     OUT/.kbx/rules/      the makefile for folders of images
//     OUT/.kbx/N/          state of the N-th driver folder: build.ninja, Ninja's logs, stamp
//
// `kbx make` has no output folder: outputs lie beside the sources, state in the cache folder.
#include "kbx/ninja/session.h"

#include <algorithm>
#include <iostream>
#include <optional>

#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/state_lock.h"
#include "kbx/base/text.h"
#include "kbx/kbuild/images.h"
#include "kbx/kernel/doctor.h"
#include "kbx/ninja/build.h"
#include "kbx/ninja/own_programs.h"
#include "kbx/ninja/part.h"
#include "kbx/ninja/part_plan.h"
#include "kbx/ninja/results.h"
#include "kbx/ninja/runner.h"

namespace kbx::ninja {
namespace {

/// Where is recorded what the launcher of a job does.
std::string launches_folder(const Job& job) {
  return join_path(job.out, ".kbx");
}

RunOptions run_options(const Job& job) {
  RunOptions options;
  options.jobs = job.jobs;
  options.keep_going = job.keep_going;
  options.always_make = job.always_make;
  options.verbose = job.verbose && !job.out.empty();
  options.quiet = job.quiet;
  if (job.out.empty()) options.errors = stderr;
  options.make = job.make;
  options.starting = job.starting;
  options.terminal = !job.quiet && ::isatty(STDOUT_FILENO) == 1;
  options.environment = launch_environment(job.launcher, launches_folder(job), job.environment);
  return options;
}

void print_notes(const Job& job, const kbuild::Plan& plan) {
  if (job.quiet) return;
  for (const std::string& note : plan.notes) std::cerr << "note: " << note << "\n";
}

void make_output_folder(const Job& job) {
  if (job.out.empty()) return;
  try {
    make_folders(job.out);
    if (::access(job.out.c_str(), W_OK) != 0)
      throw system_error("cannot write in " + job.out, errno);
  } catch (const Error& error) {
    throw Error(error.location(), error.what(), "name another output folder: --out FOLDER");
  }
}

std::vector<std::string> hints_after_failure(const Job& job, const Part& part,
                                             std::string_view error) {
  std::vector<std::string> hints;
  std::string complaint = launcher_complaint(job.launcher, launches_folder(job));
  if (!complaint.empty()) hints.push_back(std::move(complaint));
  if (part.images) return hints;
  const std::vector<std::string> others = hints_beside(error, machine_faults(job));
  hints.insert(hints.end(), others.begin(), others.end());
  return hints;
}

/// Makes a plan for the part and gives it, with the layout of its graph, to `use`.
template <typename Use>
auto with_new_plan(const Job& job, const Part& part, const Use& use) {
  make_folders(part.layout.state);
  kbuild::Plan plan = plan_part(job, part);
  if (!job.out.empty()) note_if_empty(plan, part);
  remember_results(part.layout, plan);
  Layout layout = part.layout;
  if (!job.toolchain_linker && is_gnu_linker(plan.linker)) layout.linker = plan.linker;
  return use(plan, layout);
}

PreparedGraph graph_of(const Part& part) {
  return {part.layout.file("build.ninja"), part.layout, part.source, part.folder, {}, false};
}

/// What became of a driver's folder: modules are put where people look for them if all were built.
Outcome outcome_of(const Job& job, const PreparedGraph& graph, bool built) {
  Outcome outcome;
  outcome.source = graph.source;
  outcome.out = job.out.empty() ? graph.source : job.out;
  recall_results(graph.layout, outcome);
  outcome.built = built;
  if (outcome.built && !job.out.empty()) {
    publish_results(graph.layout, outcome);
    if (job.folders.size() == 1) publish_symbols(outcome, graph.folder);
  }
  return outcome;
}

Outcome build_part(const Job& job, const Part& part) {
  const RunOptions options = run_options(job);
  auto status = build_if_fresh(part.layout, options, part.hash, part.environment);
  if (!status)
    status = with_new_plan(job, part, [&](const kbuild::Plan& plan, const Layout& layout) {
      print_notes(job, plan);
      return build(plan, layout, options, part.hash);
    });
  return outcome_of(job, graph_of(part), *status == 0);
}

/// One kbx at a time changes an output folder: its shadow, its graph, its results.
std::optional<FileLock> lock_output_folder(const Job& job) {
  if (job.out.empty()) return std::nullopt;
  return lock_state(join_path(job.out, ".kbx"), job.quiet ? "" : job.out);
}

/// kbuild leaves out a list of symbols that is not there when it is asked, and a folder is planned
/// before the one in front of it is built. An empty list is there then; Ninja, which did not make
/// it, has it made before anything reads it.
void promise_symbols(const PreparedGraph& graph) {
  const std::string list = join_path(graph.folder, "Module.symvers");
  if (!exists(list)) write_file_atomically(list, "");
}

}  // namespace

bool is_image_folder(const std::string& folder) {
  return kbuild::declares_images(folder);
}

std::vector<Outcome> run_job(const Job& job) {
  const std::vector<Part> parts = parts_of(job);
  make_output_folder(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  begin_launches(job.launcher, launches_folder(job));
  std::vector<Outcome> outcomes;
  for (const Part& part : parts) {
    try {
      outcomes.push_back(build_part(job, part));
    } catch (const PlanError& error) {
      std::vector<std::string> hints = hints_after_failure(job, part, error.what());
      if (hints.empty()) throw;
      if (!error.hint().empty()) hints.insert(hints.begin(), error.hint());
      throw PlanError(error.location(), error.what(), join(hints, "\n  hint: "));
    }
    if (!outcomes.back().built)
      for (const std::string& hint : hints_after_failure(job, part, ""))
        std::cerr << "  hint: " << hint << "\n";
    if (!outcomes.back().built && !job.keep_going) break;
  }
  return outcomes;
}

std::optional<LaunchFigures> launch_figures(const Job& job) {
  return read_launches(job.launcher, launches_folder(job));
}

std::vector<std::string> hints_beside(std::string_view error,
                                      const std::vector<MachineFault>& faults) {
  std::vector<std::string> hints;
  for (const MachineFault& fault : faults)
    if (fault.package.empty() ||
        error.find(fault.package + " was not found") == std::string_view::npos)
      hints.push_back(fault.hint);
  return hints;
}

std::vector<MachineFault> machine_faults(const Job& job) {
  kernel::DoctorOptions options;
  for (const std::string& variable : job.variables)
    if (variable.starts_with("CC=")) options.cc = variable.substr(3);
  // A tree that was named by its folder is known by no release.
  const auto known = kernel::known_trees(job.environment);
  const bool has_name = std::any_of(known.begin(), known.end(), [&](const kernel::KnownTree& tree) {
    return tree.release == job.tree.release && tree.folder == job.tree.headers;
  });
  const std::string name = has_name ? job.tree.release : shell_quote(job.tree.headers);
  std::vector<MachineFault> faults;
  for (const kernel::Finding& finding : kernel::examine(job.tree, job.environment, options)) {
    if (finding.severity != kernel::Finding::Severity::broken) continue;
    const std::string package = finding.remedy.empty() ? "" : " (package " + finding.remedy + ")";
    faults.push_back({finding.title + package + "; kbx doctor --kernel " + name + " tells more",
                      finding.remedy});
  }
  return faults;
}

std::vector<PreparedGraph> prepare_graphs(const Job& job) {
  const std::vector<Part> parts = parts_of(job);
  make_output_folder(job);
  std::vector<PreparedGraph> graphs;
  for (const Part& part : parts) {
    if (!graphs.empty()) promise_symbols(graphs.back());
    PreparedGraph& graph = graphs.emplace_back(graph_of(part));
    if (graph_is_fresh(part.layout, part.hash, part.environment)) continue;
    graph.planned = true;
    with_new_plan(job, part, [&](const kbuild::Plan& plan, const Layout& layout) {
      write_graph(plan, layout, part.hash);
      graph.notes = plan.notes;
    });
  }
  return graphs;
}

Outcome finish_graph(const Job& job, const PreparedGraph& graph, bool built) {
  return outcome_of(job, graph, built);
}

std::vector<kbuild::Plan> plan_job(const Job& job) {
  const std::vector<Part> parts = parts_of(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  std::vector<kbuild::Plan> plans;
  for (const Part& part : parts) {
    plans.push_back(plan_part(job, part));
  }
  return plans;
}

OutputStory explain_output(const Job& job, const std::string& output) {
  const std::vector<Part> parts = parts_of(job);
  const std::optional<FileLock> lock = lock_output_folder(job);
  const Part& part = parts.front();
  std::string path = absolute_path(output, part.source);
  if (is_below(path, part.source)) path = part.folder + path.substr(part.source.size());
  OutputStory story;
  story.told = explain_part(job, part, path);
  story.read_files = recorded_dependencies(part.layout, path);
  return story;
}

}  // namespace kbx::ninja
