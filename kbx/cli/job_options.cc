#include "kbx/cli/job_options.h"

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

namespace kbx::cli {
namespace {

std::string driver_folder(const std::string& word) {
  const std::string folder = real_path(word);
  if (folder.empty() || !is_folder(folder))
    throw Error("there is no folder " + word,
                "name the folder that holds the driver's Kbuild or Makefile");
  if (!exists(join_path(folder, "Kbuild")) && !exists(join_path(folder, "Makefile")))
    throw Error(Location{folder, 0}, "neither a Kbuild nor a Makefile is here",
                exists(join_path(folder, "configure"))
                    ? "run its ./configure first, which writes them"
                    : "name the folder that declares the module: obj-m := NAME.o");
  return folder;
}

}  // namespace

void JobOptions::add_to(CLI::App& app) {
  app.add_option("WORDS", words,
                 "folders of drivers (default: this one), and NAME=value as for make");
  app.add_option("--kernel,-K", kernel,
                 "a release, a folder of headers, or header packages (.deb); default: the running "
                 "kernel's, else "
                 "the newest that is known")
      ->allow_extra_args(false);
  app.add_option("--out,-o", out,
                 "output folder (default: kbx-out/RELEASE in the driver's folder)");
  app.add_option("--rules", rules, "folder with Ninja rule templates instead of the built-in ones");
  app.add_option("--jobs,-j", jobs, "commands at a time (default: one per processor)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--keep-going,-k", keep_going, "go on with what does not depend on a failure");
  app.add_flag("--verbose,-v", verbose, "show commands in full");
  app.add_flag("--quiet,-q", quiet, "say nothing but errors");
}

ninja::Job JobOptions::job() const {
  ninja::Job job;
  const Words split = split_variables(words);
  job.environment = current_environment();
  for (const std::string& folder :
       split.folders.empty() ? std::vector<std::string>{"."} : split.folders)
    job.folders.push_back(driver_folder(folder));
  job.tree = kernel::find_tree(join(kernel, ","), job.environment);
  const std::string beside = job.folders.size() == 1 ? job.folders.front() : current_folder();
  job.out = out.empty() ? join_path(beside, "kbx-out/" + job.tree.release)
                        : absolute_path(out, current_folder());
  job.variables = split.variables;
  job.kbx = own_path();
  job.rules_folder = rules;
  job.jobs = jobs;
  job.keep_going = keep_going;
  job.flags = keep_going ? "k" : "";
  job.verbose = verbose;
  job.quiet = quiet;
  return job;
}

}  // namespace kbx::cli
