#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/cli/shim.h"
#include "kbx/dkms/build.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx dkms /usr/src/evdi-1.12.0                       for the running kernel\n"
    "kbx dkms -K 6.1.0-56-amd64 -K 6.12.117+deb12-amd64  here, for two kernels";

constexpr size_t shown_lines = 12;

/// The lines of a log with which a failure shows itself: those with errors, else the last ones.
std::vector<std::string> telling_lines(const std::string& log) {
  const std::string text = read_file_if_present(log).value_or("");
  const auto lines = split_lines(text);
  std::vector<std::string> found;
  for (const std::string_view line : lines)
    if (found.size() < shown_lines && (line.find("error: ") != std::string_view::npos ||
                                       line.find("ERROR: ") != std::string_view::npos))
      found.emplace_back(line);
  if (!found.empty()) return found;
  const size_t first = lines.size() - std::min(lines.size(), shown_lines);
  return {lines.begin() + static_cast<long>(first), lines.end()};
}

void print_result(const std::string& release, const dkms::Result& result) {
  using Outcome = dkms::Result::Outcome;
  for (const std::string& note : result.notes) std::cerr << "note: " << note << "\n";
  if (result.outcome == Outcome::skipped) {
    fmt::print("{}: skipped: {}\n", release, result.reason);
  } else if (result.outcome == Outcome::failed) {
    fmt::print("{}: failed: {}\n", release, result.reason);
    for (const std::string& line : telling_lines(result.log)) fmt::print("    {}\n", line);
    fmt::print("  all of it is in {}\n", shown_path(result.log));
  } else {
    fmt::print("{}: built\n", release);
    for (const std::string& module : result.modules) fmt::print("  {}\n", shown_path(module));
  }
  std::fflush(stdout);
}

std::string driver_folder(const std::string& word) {
  std::string folder = existing_folder(word, "name the folder with the driver's dkms.conf");
  if (!exists(join_path(folder, "dkms.conf")))
    throw Error(Location{folder, 0}, "there is no dkms.conf here",
                "kbx build builds a folder with a Kbuild or Makefile alone");
  return folder;
}

std::string folder_among(const Words& words) {
  if (words.folders.size() > 1)
    throw UsageError("there are " + std::to_string(words.folders.size()) + " folders",
                     "drivers are built one by one");
  return driver_folder(words.folders.empty() ? "." : words.folders.front());
}

}  // namespace

int dkms_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Builds a driver as its dkms.conf says, without dkms, for any number of kernels. The sources "
      "stay\nuntouched; modules come to kbx-out/RELEASE in the driver's folder.",
      "kbx dkms");
  set_help(app, {"[OPTION...] [FOLDER] [NAME=value...]", examples});
  std::vector<std::string> words;
  std::vector<std::string> kernels;
  std::string out;
  int jobs = 0;
  bool verbose = false;
  app.add_option("WORDS", words,
                 "the driver's folder (default: this one); NAME=value for commands of its "
                 "dkms.conf that begin with make");
  app.add_option("--kernel,-K", kernels,
                 "a kernel, as for kbx build; several times for several (default: the running "
                 "kernel's headers, else the newest that are known)")
      ->type_name("KERNEL")
      ->allow_extra_args(false);
  app.add_option("--out,-o", out, "folder for the folders of kernels (default: kbx-out)")
      ->type_name("FOLDER");
  add_jobs_option(app, jobs);
  app.add_flag("--verbose,-v", verbose, "show what the commands say; there is no log then");
  if (const auto status = parse(app, arguments)) return *status;

  const Words split = split_variables(words);
  dkms::Request request;
  request.source = folder_among(split);
  request.variables = split.variables;
  request.jobs = jobs;
  request.verbose = verbose;
  request.environment = current_environment();
  request.environment["PATH"] = path_with_shim();
  const std::string top =
      out.empty() ? join_path(request.source, "kbx-out") : absolute_path(out, current_folder());
  if (kernels.empty()) kernels.emplace_back();
  bool failed = false;
  for (const std::string& kernel : kernels) {
    request.tree = kernel::find_tree(kernel, request.environment);
    request.out = join_path(top, request.tree.release);
    const dkms::Result result = dkms::build(request);
    print_result(request.tree.release, result);
    failed = failed || result.outcome == dkms::Result::Outcome::failed;
  }
  return failed ? 1 : 0;
}

}  // namespace kbx::cli
