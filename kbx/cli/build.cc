#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/job_options.h"
#include "kbx/cli/verdict_page.h"
#include "kbx/elf/modinfo.h"
#include "kbx/kernel/module_file.h"
#include "kbx/symbols/symvers_index.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx build                              here, for the running kernel\n"
    "kbx build drivers/foo -K 6.1.0-56-amd64\n"
    "kbx build -K linux-headers-*.deb       packages need not be installed\n"
    "kbx build W=1 KCFLAGS=-DDEBUG          variables as make takes them\n"
    "kbx build provider user                two folders; user may use provider's exports\n"
    "kbx build tiny-kernel FEATURE=m        a folder of images: no kernel headers are looked for";

void print_module(const ninja::Outcome& outcome, const kbuild::Module& module) {
  const std::string path = join_path(outcome.out, module.name + ".ko");
  const auto stamp = stamp_of(path);
  if (!stamp) return;
  const MappedFile file(path);
  std::string vermagic;
  for (const auto& [tag, value] : elf::module_info(file.content(), path))
    if (tag == "vermagic") vermagic = trim(value);
  fmt::print("  {}  {}  vermagic: {}\n", shown_path(path), size_text(stamp->size), vermagic);
}

void print_image(const ninja::Outcome& outcome, const kbuild::Image& image) {
  const std::string path = join_path(outcome.out, image.name);
  const auto stamp = stamp_of(path);
  if (!stamp) return;
  // A boot sector has its size to the byte.
  constexpr size_t exact = 4096;
  fmt::print("  {}  {}\n", shown_path(path),
             stamp->size <= exact ? fmt::format("{} bytes", stamp->size) : size_text(stamp->size));
}

/// "2 images", "1 module for RELEASE", or both.
std::string summary(const ninja::Job& job, const std::vector<ninja::Outcome>& outcomes) {
  size_t modules = 0;
  size_t images = 0;
  for (const ninja::Outcome& outcome : outcomes) {
    modules += outcome.modules.size();
    images += outcome.images.size();
  }
  if (job.tree.objtree.empty()) return counted(images, "image");
  const std::string text = counted(modules, "module") + " for " + job.tree.release;
  return images == 0 ? text : counted(images, "image") + " and " + text;
}

/// The last step of a build: would what it changed load? Tells what keeps a module out, or that
/// nothing proves either; and what has to be loaded first, unless `quiet`.
void print_verdicts(const ninja::Job& job, const std::vector<ninja::Outcome>& outcomes) {
  std::vector<std::string> changed;
  std::vector<std::string> others;
  std::vector<std::string> lists;
  for (const ninja::Outcome& outcome : outcomes) {
    if (!outcome.built) continue;
    changed.insert(changed.end(), outcome.changed.begin(), outcome.changed.end());
    lists.insert(lists.end(), outcome.symbol_lists.begin(), outcome.symbol_lists.end());
    for (const kbuild::Module& module : outcome.modules)
      if (std::string ko = join_path(outcome.out, module.name + ".ko");
          std::ranges::find(outcome.changed, ko) == outcome.changed.end() && stamp_of(ko))
        others.push_back(std::move(ko));
  }
  if (changed.empty()) return;
  std::fflush(stdout);
  std::vector<symbols::Verdict> verdicts;
  try {
    verdicts = kernel::check_built_modules(changed, others, lists, job.tree,
                                           symbols::index_cache(job.environment));
  } catch (const Error& error) {
    std::cerr << "note: whether it would load is not known: " << error.what() << "\n";
  }
  for (const symbols::Verdict& verdict : verdicts) {
    if (verdict.outcome != symbols::Outcome::would_load)
      std::cerr << verdict_text(verdict, false);
    else if (!job.quiet && !verdict.load_first.empty())
      fmt::print("  {} needs loaded first: {}\n", verdict.module, join(verdict.load_first, " "));
  }
}

/// kbx-out/compile_commands.json leads to those of the kernel that was built last, so that an
/// editor need not know releases.
void link_compile_commands(const std::string& out) {
  const std::string link = join_path(dir_name(out), "compile_commands.json");
  const std::string target = base_name(out) + "/compile_commands.json";
  if (!exists(join_path(out, "compile_commands.json"))) return;
  try {
    place_link(target, link);
  } catch (const Error& error) {
    std::cerr << "note: " << error.what() << "\n";
  }
}

}  // namespace

int build_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Builds the modules of drivers' folders. Everything that is made lies in the output folder; "
      "the\nsources stay untouched.",
      "kbx build");
  set_help(app, {"[OPTION...] [FOLDER...] [NAME=value...]", examples});
  JobOptions options;
  options.add_planning(app);
  options.add_running(app);
  if (const auto status = parse(app, arguments)) return *status;

  const auto start = std::chrono::steady_clock::now();
  const ninja::Job job = options.job();
  const std::vector<ninja::Outcome> outcomes = run_job(job);
  if (options.out.empty()) link_compile_commands(job.out);
  bool built = true;
  for (const ninja::Outcome& outcome : outcomes) {
    built = built && outcome.built;
    if (!outcome.built || job.quiet) continue;
    for (const kbuild::Module& module : outcome.modules) print_module(outcome, module);
    for (const kbuild::Image& image : outcome.images) print_image(outcome, image);
  }
  print_verdicts(job, outcomes);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (const auto figures = launch_figures(job); figures && !job.quiet)
    fmt::print("  {}\n", figures->to_string());
  if (built && !job.quiet)
    fmt::print("{} in {}\n", summary(job, outcomes),
               seconds < 0.1 ? fmt::format("{:.0f} ms", seconds * 1000)
                             : fmt::format("{:.2f} s", seconds));
  return built ? 0 : 1;
}

}  // namespace kbx::cli
