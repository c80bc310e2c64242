#include "kbx/cli/job_options.h"

#include <algorithm>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/store.h"

namespace kbx::cli {
namespace {

/// What people ask kbuild for beside a driver's folder.
bool is_goal(std::string_view word) {
  constexpr std::string_view goals[] = {
      "all", "clean", "help", "install", "modules", "modules_install", "modules_prepare", "nsdeps"};
  constexpr std::string_view kinds[] = {".i", ".ko", ".ll", ".lst", ".o", ".s", ".symtypes"};
  return std::ranges::find(goals, word) != std::end(goals) ||
         std::ranges::any_of(kinds, [&](std::string_view kind) { return word.ends_with(kind); });
}

/// The folder is a word of its own here; as a variable it would win over what kbx passes.
void refuse_folder_variables(const std::vector<std::string>& variables) {
  for (const std::string& variable : variables)
    if (variable.starts_with("M=") || variable.starts_with("KBUILD_EXTMOD="))
      throw UsageError(variable + ": the folder of a driver is named without a variable",
                       "name it as a word; or " + in_makes_words("modules"));
}

std::string driver_folder(const std::string& word) {
  std::string folder = existing_folder(
      word, is_goal(word) ? "all modules of a folder are built; " + in_makes_words(word)
                          : "name the folder that holds the driver's Kbuild or Makefile");
  if (!exists(join_path(folder, "Kbuild")) && !exists(join_path(folder, "Makefile")))
    throw Error(Location{folder, 0}, "neither a Kbuild nor a Makefile is here",
                exists(join_path(folder, "configure"))
                    ? "run its ./configure first, which writes them"
                    : "name the folder that declares the module with obj-m := NAME.o; kbx new "
                      "NAME writes one");
  if (kernel::is_header_tree(folder) && exists(join_path(folder, "scripts/Makefile.build")))
    throw Error(Location{folder, 0}, "this is a kernel tree, not the folder of a driver",
                "name the driver's folder; --kernel " + word + " builds it for this kernel");
  return folder;
}

}  // namespace

void JobOptions::add_planning(CLI::App& app) {
  app.add_option("WORDS", words,
                 "folders of drivers (default: this one); NAME=value as for make; header packages "
                 "(.deb, .rpm, .tar.xz)");
  add_kernel_option(app, kernel);
  app.add_option("--out,-o", out, "output folder (default: kbx-out/RELEASE in the driver's folder)")
      ->type_name("FOLDER");
  app.add_option("--config,-c", config,
                 "folder of the driver's .config (default: config/ in the output folder)")
      ->type_name("FOLDER");
}

void JobOptions::add_ways(CLI::App& app) {
  app.add_flag("--tree-programs", tree_programs,
               "run the kernel tree's own genksyms and modpost, not kbx's");
  app.add_option("--linker", linker,
                 "what links in the place of GNU ld: kbx, or the toolchain's own")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"kbx", "toolchain"}));
  app.add_option("--mod-object", mod_object,
                 "how NAME.mod.o is made: direct (by kbx, where it can) or compiler")
      ->type_name("WAY")
      ->check(CLI::IsMember({"direct", "compiler"}));
}

void JobOptions::add_launcher(CLI::App& app) {
  app.add_option("--launcher", launcher,
                 "what runs compilers: ccache, sccache, distcc, icecc or the like")
      ->type_name("PROGRAM");
}

void JobOptions::add_running(CLI::App& app) {
  add_jobs_option(app, jobs);
  app.add_flag("--keep-going,-k", keep_going, "go on with what does not depend on a failure");
  app.add_flag("--verbose,-v", verbose, "show commands in full");
  app.add_flag("--quiet,-q", quiet, "say nothing but warnings and errors");
  add_launcher(app);
  add_ways(app);
  app.add_option("--rules", rules, "folder with Ninja rule templates instead of the built-in ones")
      ->type_name("FOLDER");
}

void JobOptions::add_matrix(CLI::App& app) {
  add_jobs_option(app, jobs);
  app.add_flag("--quiet,-q", quiet, "print no table");
  add_launcher(app);
  add_ways(app);
}

ninja::Job JobOptions::common_job() const {
  ninja::Job job;
  job.environment = current_environment();
  ninja::check_launcher(launcher, job.environment);
  job.launcher = launcher;
  job.kbx = own_path();
  job.tree_programs = tree_programs;
  job.toolchain_linker = linker == "toolchain";
  job.direct_metadata = mod_object == "direct";
  job.rules_folder = rules.empty() ? "" : absolute_path(rules, current_folder());
  job.jobs = jobs;
  job.keep_going = keep_going;
  job.flags = keep_going ? "k" : "";
  job.verbose = verbose;
  job.quiet = quiet;
  return job;
}

ninja::Job JobOptions::job(const std::string& folder) const {
  ninja::Job job = common_job();
  const Words split = split_variables(words);
  refuse_folder_variables(split.variables);
  std::vector<std::string> headers = kernel;
  std::vector<std::string> folders;
  for (const std::string& word : split.folders)
    (kernel::is_package_name(word) ? headers : folders).push_back(word);
  if (folders.empty()) folders.push_back(folder);
  for (const std::string& word : folders) job.folders.push_back(driver_folder(word));
  const bool only_images = std::ranges::all_of(job.folders, ninja::is_image_folder);
  if (!only_images) job.tree = kernel::find_tree(join(headers, ","), job.environment);
  const std::string beside = job.folders.size() == 1 ? job.folders.front() : current_folder();
  if (!config.empty()) job.config = absolute_path(config, current_folder());
  if (!config.empty() && job.folders.size() > 1)
    throw UsageError(
        "--config is for one folder, but there are " + std::to_string(job.folders.size()),
        "build them one by one");
  // A configuration has outputs of its own.
  const std::string name = (only_images ? "images" : job.tree.release) +
                           (config.empty() ? "" : "@" + base_name(job.config));
  job.out =
      out.empty() ? join_path(beside, "kbx-out/" + name) : absolute_path(out, current_folder());
  job.variables = split.variables;
  return job;
}

}  // namespace kbx::cli
