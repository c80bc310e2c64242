#include <chrono>
#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"
#include "kbx/elf/modinfo.h"

namespace kbx::cli {
namespace {

/// A path as a person in the current folder would type it.
std::string shown(const std::string& path) {
  const std::string relative = relative_path(path, current_folder());
  return relative.starts_with("../..") ? path : relative;
}

void print_module(const ninja::Outcome& outcome, const kbuild::Module& module) {
  const std::string path = join_path(outcome.out, module.name + ".ko");
  const auto stamp = stamp_of(path);
  if (!stamp) return;
  const MappedFile file(path);
  std::string vermagic;
  for (const auto& [tag, value] : elf::module_info(file.content(), path))
    if (tag == "vermagic") vermagic = trim(value);
  fmt::print("  {}  {} KiB  vermagic: {}\n", shown(path), (stamp->size + 1023) / 1024, vermagic);
}

}  // namespace

int build_command(const std::vector<std::string>& arguments) {
  CLI::App app("Builds the modules of drivers' folders, sources untouched.", "kbx build");
  JobOptions options;
  options.add_to(app);
  if (const auto status = parse(app, arguments)) return *status;

  const auto start = std::chrono::steady_clock::now();
  const ninja::Job job = options.job();
  const std::vector<ninja::Outcome> outcomes = run_job(job);
  bool built = true;
  size_t modules = 0;
  for (const ninja::Outcome& outcome : outcomes) {
    built = built && outcome.built;
    modules += outcome.modules.size();
    if (outcome.built && !job.quiet)
      for (const kbuild::Module& module : outcome.modules) print_module(outcome, module);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (built && !job.quiet)
    fmt::print("{} module{} for {} in {:.2f} s\n", modules, modules == 1 ? "" : "s",
               job.tree.release, seconds);
  return built ? 0 : 1;
}

}  // namespace kbx::cli
