#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kbx/base/error.h"
#include "kbx/base/process.h"
#include "kbx/kbuild/planner.h"
#include "kbx/kernel/tree.h"
#include "kbx/ninja/launcher.h"
#include "kbx/ninja/layout.h"

namespace kbx::ninja {

/// What a person asks `kbx build` (or `kbx make`) for.
struct Job {
  kernel::Tree tree;                 // not looked at for folders of images
  std::vector<std::string> folders;  // drivers' folders, absolute; built in this order
  std::string out;     // output folder; "": outputs beside the sources, as make leaves them
  std::string config;  // folder of the driver's .config; "" is the one in `out`
  std::vector<std::string> variables;  // NAME=value
  std::vector<std::string> goals = {"modules"};
  std::string flags;  // of make, for MAKEFLAGS
  int level = 0;      // MAKELEVEL
  std::string make;   // how make would call itself in messages: "make[1]"; "": it is not called
  Environment environment;
  std::string kbx;                // path of the kbx binary
  bool tree_programs = false;     // the tree's own programs run, not kbx's own
  bool toolchain_linker = false;  // the tree's LD runs, not kbx's own linker
  bool direct_metadata = false;   // kbx writes NAME.mod.o itself where it can; needs `out`
  std::string rules_folder;       // replaces the built-in rule templates; "" does not
  std::string
      launcher;  // runs compilers: "ccache", "distcc"; needs `out`; "": they run by themselves
  int jobs = 0;  // 0: one per processor
  bool keep_going = false;
  bool always_make = false;  // everything is made again
  bool verbose = false;
  bool quiet = false;
  /// Called, perhaps more than once, before anything is said of a folder for which there is a plan.
  /// With it, a PlanError leaves nothing said, so that make can take over.
  std::function<void()> starting;
  /// Takes what makefiles print while a plan is made. Without it: standard output and error.
  std::function<void(makelang::Stream, std::string_view)> print;
  /// Of a job whose graph is a part of a bigger one: where Ninja works, and what it calls this job
  /// when it tells of commands.
  std::string ninja_folder;
  std::string cell;
};

/// What became of one driver's folder.
struct Outcome {
  bool built = false;
  std::string source;
  std::string out;  // where the modules lie
  std::vector<kbuild::Module> modules;
  std::vector<kbuild::Image> images;
  std::vector<std::string> changed;  // the .ko of modules that this run made otherwise than before
  /// Files of exported symbols that modpost read besides the kernel's own (KBUILD_EXTRA_SYMBOLS).
  std::vector<std::string> symbol_lists;
};

/// True if the folder declares images, which need no kernel tree.
bool is_image_folder(const std::string& folder);

/// Not even a plan can be made.
class PlanError : public Error {
 public:
  using Error::Error;
};

/// Builds every folder of the job: plans where the last plan is stale, then runs Ninja. Stops at
/// the first folder that fails unless `keep_going`. Throws PlanError, and Error where Ninja fails.
std::vector<Outcome> run_job(const Job& job);

/// What the launcher did in the last run_job; nothing if it did nothing, or does not tell.
std::optional<LaunchFigures> launch_figures(const Job& job);

/// What is wrong with a job's tree or this machine.
struct MachineFault {
  std::string hint;
  std::string package;  // that mends it, or ""
};

/// Why a job failed, as far as its tree or this machine may be the cause.
std::vector<MachineFault> machine_faults(const Job& job);

/// The hints of `faults` without those of a package that `error` says was not found: it has a hint
/// of its own.
std::vector<std::string> hints_beside(std::string_view error,
                                      const std::vector<MachineFault>& faults);

/// The graph of one folder of a job, which is not run by itself but as a part of a bigger one.
struct PreparedGraph {
  std::string file;                // build.ninja
  Layout layout;                   // what the state folder holds
  std::string source;              // the driver's folder
  std::string folder;              // the one that compilers name: its shadow
  std::vector<std::string> notes;  // of a plan that was just made
  bool planned = false;            // else the last plan still held
};

/// The first half of run_job: brings the graphs of the job's folders up to date, in their order.
/// They belong into one graph, where a folder waits for what it reads of those before it. Jobs of
/// different output folders can be prepared at the same time. The caller sees to it that no other
/// kbx works in the output folder, also until finish_graph. Throws PlanError.
std::vector<PreparedGraph> prepare_graphs(const Job& job);

/// The second half for a folder, when Ninja has run: hands over what was made, if all was.
Outcome finish_graph(const Job& job, const PreparedGraph& graph, bool built);

/// The plans of a job without building. Links and modules.order are written, nothing else.
std::vector<kbuild::Plan> plan_job(const Job& job);

/// Why an output is made as it is, and what makes it again.
struct OutputStory {
  kbuild::Explanation told;
  /// What the compiler read in the last build; nothing if there was none.
  std::optional<std::vector<std::string>> read_files;
};

/// Which Makefile lines make `output` (a path seen from the driver's folder) what it is.
OutputStory explain_output(const Job& job, const std::string& output);

}  // namespace kbx::ninja
