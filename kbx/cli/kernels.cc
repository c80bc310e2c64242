#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/options.h"
#include "kbx/kernel/fetch.h"
#include "kbx/kernel/repair.h"
#include "kbx/kernel/store.h"
#include "kbx/kernel/tree.h"

namespace kbx::cli {
namespace {

constexpr const char* examples =
    "kbx kernels\n"
    "kbx kernels fetch                      the newest of this distribution\n"
    "kbx kernels add linux-headers-*.deb linux-kbuild-*.deb\n"
    "make -C $(kbx kernels --path 6.1.0-56-amd64) M=$PWD\n"
    "make -C $(kbx kernels repair FOLDER) M=$PWD";

std::string_view place_name(kernel::KnownTree::Where where) {
  using Where = kernel::KnownTree::Where;
  switch (where) {
    case Where::installed:
      return "installed";
    case Where::store:
      return "store";
    case Where::registered:
      return "folder";
  }
  return "";
}

int list_kernels(const Environment& environment, bool quiet) {
  const std::vector<kernel::KnownTree> trees = kernel::known_trees(environment);
  if (quiet) return trees.empty() ? 1 : 0;
  if (trees.empty()) {
    fmt::print(
        "no kernel headers are known\n  hint: install your distribution's linux-headers package, "
        "or: kbx kernels fetch\n");
    return 0;
  }
  size_t width = 0;
  for (const kernel::KnownTree& tree : trees) width = std::max(width, tree.release.size());
  for (const kernel::KnownTree& tree : trees)
    fmt::print("{:<{}}  {:<9}  {}{}\n", tree.release, width, place_name(tree.where), tree.folder,
               tree.running ? "  (running)" : "");
  return 0;
}

void print_added(const std::vector<kernel::StoredKernel>& kernels) {
  for (const kernel::StoredKernel& entry : kernels)
    fmt::print("{}  {}\n", entry.release, entry.headers);
}

int add_kernels(const std::vector<std::string>& words, const std::string& store) {
  std::vector<std::string> packages;
  for (const std::string& word : words) {
    if (is_folder(word)) {
      print_added(kernel::add_folder(store, real_path(word)));
    } else {
      packages.push_back(word);
    }
  }
  if (!packages.empty()) print_added(kernel::add_packages(store, packages));
  return 0;
}

int fetch_kernels(const std::vector<std::string>& words, const Environment& environment,
                  const std::string& store) {
  const auto progress = [](const std::string& text) { std::cerr << text << "\n"; };
  const bool packages = !words.empty() && words.front().starts_with("linux-");
  if (packages) {
    print_added(kernel::download_packages(words, environment, store, progress));
    return 0;
  }
  if (words.empty()) print_added(kernel::download_headers("", environment, store, progress));
  for (const std::string& release : words)
    print_added(kernel::download_headers(release, environment, store, progress));
  return 0;
}

void print_programs(const std::vector<kernel::BrokenProgram>& programs, const char* what) {
  for (const kernel::BrokenProgram& program : programs)
    std::cerr << "  " << what << "  " << program.path
              << (program.obstacle.empty() ? "" : ": " + program.obstacle) << "\n";
}

/// The folder goes to standard output alone, for make -C.
int repair_kernel(const std::string& word, bool all, const Environment& environment) {
  const kernel::Tree tree = kernel::find_tree(word, environment);
  const kernel::Repaired repaired =
      kernel::repair(tree, own_path(), kernel::places_of(environment).overlays, all);
  if (repaired.replaced.empty()) std::cerr << "  every program that kbx could replace runs here\n";
  print_programs(repaired.replaced, "replaced");
  print_programs(repaired.left, "cannot run, and kbx has no substitute:");
  fmt::print("{}\n", repaired.objtree);
  return repaired.left.empty() ? 0 : 1;
}

}  // namespace

int kernels_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Lists the kernel headers that are known here, and adds others without installing them.\n"
      "Added and fetched packages are unpacked into the store, $XDG_CACHE_HOME/kbx/kernels.",
      "kbx kernels");
  set_help(app, {"[OPTION...] [COMMAND]", examples});
  bool quiet = false;
  bool show_default = false;
  std::string path_of;
  std::vector<std::string> words;
  app.add_flag("--quiet,-q", quiet, "print nothing; exit status 1 if none are known");
  app.add_flag("--default", show_default, "print the release that kbx build takes by itself");
  app.add_option("--path", path_of, "print the folder to give to make -C for this kernel")
      ->type_name("KERNEL");
  CLI::App* list = app.add_subcommand("list", "list them (also without any word)");
  set_help(*list, {"", ""});
  CLI::App* add =
      app.add_subcommand("add", "add a folder, or unpack header packages (.deb) into the store");
  set_help(*add, {"FILE...", "kbx kernels add linux-headers-*.deb linux-kbuild-*.deb"});
  add->add_option("FILE", words, "folders, and packages; those that belong together in one call")
      ->required();
  CLI::App* fetch = app.add_subcommand(
      "fetch", "download header packages of this machine's distribution into the store");
  set_help(*fetch, {"[WHAT...]", "kbx kernels fetch\nkbx kernels fetch 6.1.0-56-amd64"});
  fetch->add_option("WHAT", words, "releases or package names (default: the newest release)");
  bool all = false;
  std::string broken;
  CLI::App* repair = app.add_subcommand(
      "repair", "stand in for programs of a tree that do not run here, and print its folder");
  set_help(*repair, {"[OPTION...] KERNEL", "make -C $(kbx kernels repair FOLDER) M=$PWD"});
  repair->add_option("KERNEL", broken, "a release, a folder of headers, or packages")->required();
  repair->add_flag("--all", all, "stand in for those that would run, too");
  app.require_subcommand(0, 1);
  if (const auto status = parse(app, arguments)) return *status;

  const Environment environment = current_environment();
  const std::string store = kernel::places_of(environment).store;
  if (*add) return add_kernels(words, store);
  if (*fetch) return fetch_kernels(words, environment, store);
  if (*repair) return repair_kernel(broken, all, environment);
  if (show_default || !path_of.empty()) {
    const kernel::Tree tree = kernel::find_tree(path_of, environment);
    fmt::print("{}\n", show_default ? tree.release : tree.objtree);
    return 0;
  }
  (void)list;
  return list_kernels(environment, quiet);
}

}  // namespace kbx::cli
