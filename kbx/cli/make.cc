// `kbx make`: GNU make's command line. A call that builds external modules with a kernel tree, as
//
//     make -C KDIR M=DIR [NAME=VALUE…] [modules]
//
// is planned and run as `kbx build` would, with outputs beside the sources. Everything else (other
// goals, options that ask make itself for something, ordinary makefiles) is what makelang::run_make
// does, which is make. So is a build that cannot be planned, so that what is built before the
// fault, and the words for it, are make's own.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/parallel.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/make_words.h"
#include "kbx/cli/options.h"
#include "kbx/makelang/job_share.h"
#include "kbx/makelang/options.h"
#include "kbx/makelang/run.h"
#include "kbx/ninja/session.h"

namespace kbx::cli {
namespace {

/// The value of a variable on the command line or in MAKEFLAGS, the last one given.
std::string given(const makelang::Options& options, std::string_view name) {
  std::string value;
  for (const std::string& variable : options.variables)
    if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=')
      value = variable.substr(name.size() + 1);
  return value;
}

std::string variable_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

bool asks_make_itself(const makelang::Options& options) {
  return options.debug || options.environment_overrides || options.usage || options.ignore_errors ||
         options.just_print || options.print_data_base || options.question || options.touch ||
         options.version || options.trace || !options.makefiles.empty() ||
         !options.old_files.empty() || !options.new_files.empty() || !options.evals.empty() ||
         !options.debug_flags.empty();
}

bool wants_modules(const makelang::Options& options) {
  return std::all_of(options.goals.begin(), options.goals.end(),
                     [](const std::string& goal) { return goal == "modules" || goal == "all"; });
}

/// What kbuild can take apart again; anything else gets make's own answer.
bool is_plain_folder(const std::string& folder) {
  return is_absolute(folder) && folder.find_first_of(" \t\n:%$#\\'\"*?[") == std::string::npos &&
         is_folder(folder);
}

std::string folder_of(const makelang::Options& options) {
  std::string folder = current_folder();
  for (const std::string& next : options.folders) folder = absolute_path(next, folder);
  return folder;
}

bool looks_like_kernel_tree(const std::string& folder) {
  return exists(join_path(folder, "Makefile")) &&
         (exists(join_path(folder, "include/config/auto.conf")) ||
          exists(join_path(folder, "scripts/Makefile.build")));
}

/// The build that a make call means, or nothing if the call is make's own business.
std::optional<ninja::Job> module_job(const makelang::Options& options,
                                     const Environment& environment) {
  if (asks_make_itself(options) || !wants_modules(options)) return std::nullopt;
  std::string folder = given(options, "M");
  if (folder.empty()) folder = given(options, "KBUILD_EXTMOD");
  if (folder.empty()) folder = variable_of(environment, "KBUILD_EXTMOD");
  if (!is_plain_folder(folder) || !given(options, "MO").empty()) return std::nullopt;
  const std::string tree = folder_of(options);
  if (!looks_like_kernel_tree(tree)) return std::nullopt;

  ninja::Job job;
  job.tree = kernel::find_tree(tree, environment);
  job.folders = {normal_path(folder)};
  job.variables = options.variables;
  job.goals = options.goals;
  job.flags = makelang::compose_flags(options, false);
  job.environment = environment;
  job.level = static_cast<int>(parse_number(variable_of(environment, "MAKELEVEL")).value_or(0));
  job.kbx = own_path();
  job.make = makelang::program_name(job.level);
  job.keep_going = options.keep_going;
  job.always_make = options.always_make;
  job.quiet = options.silent;
  const std::string verbose = given(options, "V");
  job.verbose = verbose == "1" || verbose == "2";
  return job;
}

/// "make[1]: Entering directory '…'", which editors and log readers look for.
class DirectoryLines {
 public:
  DirectoryLines(const makelang::Options& options, const ninja::Job& job)
      : shown_(!options.no_print_directory &&
               (options.print_directory ||
                (!options.silent && (!options.folders.empty() || job.level > 0)))),
        program_(job.make),
        folder_(folder_of(options)) {}
  ~DirectoryLines() {
    if (entered_) print("Leaving");
  }
  void enter() {
    if (!std::exchange(entered_, true)) print("Entering");
  }
  DirectoryLines(const DirectoryLines&) = delete;
  DirectoryLines& operator=(const DirectoryLines&) = delete;

 private:
  void print(std::string_view what) const {
    if (shown_) fmt::print("{}: {} directory '{}'\n", program_, what, folder_);
    std::fflush(stdout);
  }

  bool shown_;
  bool entered_ = false;
  std::string program_;
  std::string folder_;
};

constexpr const char* about =
    "kbx make takes GNU make's command line. A call that builds modules with a kernel tree is done "
    "as\nkbx build does it, with outputs beside the sources:\n\n"
    "  kbx make -C /lib/modules/$(uname -r)/build M=$PWD [NAME=value...] [modules]\n\n"
    "Any other call is an ordinary make:\n\n"
    "  kbx make -C KDIR M=$PWD clean|modules_install|help|X.o|X.i|X.s|X.ko\n"
    "  kbx make -f FILE [GOAL...]\n\n";

constexpr int make_failed = 2;  // make's exit status for errors

/// The last line of a make that failed, and its exit status.
int failed(const ninja::Job& job) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: *** [{}] Error {}\n", job.make, job.goals.empty() ? "all" : job.goals[0],
             make_failed);
  return make_failed;
}

/// The exit status, or nothing if there is no plan.
std::optional<int> build_modules(const makelang::Options& options, std::optional<int> given_jobs,
                                 ninja::Job job) {
  makelang::JobShare share;
  job.jobs = share.take(options, given_jobs, static_cast<int>(processors()), job.make);
  DirectoryLines lines(options, job);
  job.starting = [&lines] { lines.enter(); };
  try {
    for (const ninja::Outcome& outcome : run_job(job))
      if (!outcome.built) return failed(job);
    return 0;
  } catch (const ninja::PlanError&) {
    return std::nullopt;
  } catch (const Error& error) {
    std::fflush(stdout);
    fmt::print(stderr, "kbx: {}\n", error.to_string());
    return make_failed;
  }
}

/// Whether the words can be meant for kbuild at all, which is quickly seen.
bool has_kernel_words(const std::vector<std::string>& arguments, const Environment& environment) {
  return environment.contains("KBUILD_EXTMOD") ||
         std::ranges::any_of(arguments, [](const std::string& word) {
           return word.starts_with("M=") || word.starts_with("KBUILD_EXTMOD=");
         });
}

/// What make is asked for, by its words and MAKEFLAGS.
struct MakeCall {
  makelang::Options options;
  std::optional<int> given_jobs;  // by -j of the words themselves
};

/// Nothing if make has to complain.
std::optional<MakeCall> read_words(const std::vector<std::string>& arguments,
                                   const Environment& environment) {
  MakeCall call;
  makelang::Options& options = call.options;
  for (const char* name : {"GNUMAKEFLAGS", "MAKEFLAGS"})
    if (makelang::add_flags_text(options, replace_all(variable_of(environment, name), "$$", "$")))
      return std::nullopt;
  options.folders.clear();
  const std::optional<int> inherited_jobs = std::exchange(options.jobs, std::nullopt);
  if (makelang::add_command_line(options, "make", arguments)) return std::nullopt;
  call.given_jobs = options.jobs;
  if (!call.given_jobs) options.jobs = inherited_jobs;
  return call;
}

/// The exit status of a call that is planned and built as kbx build does it; nothing for any other.
std::optional<int> try_as_build(const std::vector<std::string>& arguments,
                                const Environment& environment) {
  if (!has_kernel_words(arguments, environment)) return std::nullopt;
  const auto call = read_words(arguments, environment);
  if (!call) return std::nullopt;
  const auto job = module_job(call->options, environment);
  return job ? build_modules(call->options, call->given_jobs, *job) : std::nullopt;
}

/// SUBDIRS= was M= up to Linux 5.2; since then nothing reads it, and kbuild sets out to build the
/// kernel.
void explain_old_words(const std::vector<std::string>& arguments) {
  const auto begins = [&](std::string_view start) {
    return std::ranges::any_of(arguments,
                               [&](const std::string& word) { return word.starts_with(start); });
  };
  if (begins("SUBDIRS=") && !begins("M=") && !begins("KBUILD_EXTMOD="))
    fmt::print(
        stderr,
        "  hint: kernels from 5.3 on do not read SUBDIRS=; name the driver's folder with M=\n");
}

}  // namespace

bool asks_for_modules(const std::vector<std::string>& words, const Environment& environment) {
  if (!has_kernel_words(words, environment)) return false;
  const auto call = read_words(words, environment);
  return call && !call->options.usage && !call->options.version &&
         looks_like_kernel_tree(folder_of(call->options));
}

int make_command(const std::vector<std::string>& arguments) {
  const bool asks_help = std::ranges::any_of(
      arguments, [](const std::string& word) { return word == "--help" || word == "-h"; });
  if (asks_help) fmt::print("{}", about);
  std::fflush(stdout);
  const Environment environment = current_environment();
  if (const auto status = try_as_build(arguments, environment)) return *status;
  const int status = makelang::run_make(arguments, environment, own_path() + " make");
  if (status != 0) explain_old_words(arguments);
  return status;
}

}  // namespace kbx::cli
