#include <iostream>

#include <fmt/format.h>

#include "kbx/base/cache.h"
#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/kernels_store.h"
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

int fetch_kernels(const std::vector<std::string>& words, const kernel::PackageSource& source,
                  const Environment& environment, const std::string& store) {
  const auto progress = [](const std::string& text) { std::cerr << text << "\n"; };
  std::vector<std::string> packages;
  for (const std::string& word : words)
    if (word.starts_with("linux-")) packages.push_back(word);
  if (!packages.empty())
    print_added(kernel::download_packages(packages, environment, store, progress, source));
  if (words.empty())
    print_added(kernel::download_headers("", environment, store, progress, source));
  for (const std::string& word : words) {
    if (kernel::is_kernel_words(word))
      print_added(kernel::download_kernel(kernel::parse_kernel_words(word), environment, store,
                                          progress, source));
    else if (!word.starts_with("linux-"))
      print_added(kernel::download_headers(word, environment, store, progress, source));
  }
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

/// What the words of the command line came to.
struct Request {
  bool quiet = false;
  bool show_default = false;
  bool json = false;
  bool all = false;
  bool dry_run = false;
  std::string path_of;
  std::string broken;
  std::vector<std::string> words;
  std::vector<unsigned long> days;
  kernel::PackageSource source;
};

void add_listing(CLI::App& app, Request& request) {
  CLI::App* list = app.add_subcommand("list", "list them (also without any word)");
  set_help(*list, {"[OPTION...]", "kbx kernels list --json"});
  list->add_flag("--json", request.json, "tell all that is known of them, in JSON");
}

void add_additions(CLI::App& app, Request& request) {
  CLI::App* add = app.add_subcommand(
      "add",
      "add a folder, or unpack header packages (.deb, .rpm) or a tar archive into the store");
  set_help(*add, {"FILE...", "kbx kernels add linux-headers-*.deb linux-kbuild-*.deb"});
  add->add_option("FILE", request.words,
                  "folders, and packages; those that belong together in one call")
      ->required();
  CLI::App* fetch =
      app.add_subcommand("fetch", "download header packages into the store, by way of apt");
  set_help(*fetch, {"[OPTION...] [WHAT...]",
                    "kbx kernels fetch\n"
                    "kbx kernels fetch debian:6.1 debian:6.1-cloud:arm64\n"
                    "kbx kernels fetch debian:6.12 --suite trixie"});
  fetch->add_option(
      "WHAT", request.words,
      "debian:VERSION[-FLAVOUR][:ARCHITECTURE], debian:SUITE[:ARCHITECTURE], releases "
      "or package names (default: the newest release)");
  fetch
      ->add_option("--suite", request.source.suite,
                   "take packages from this suite of Debian (default: the machine's sources)")
      ->type_name("SUITE");
  fetch
      ->add_option("--source", request.source.lines,
                   "take packages from this source, a line as in sources.list; may be repeated")
      ->type_name("'deb URI SUITE COMPONENT...'")
      ->allow_extra_args(false);
}

void add_upkeep(CLI::App& app, Request& request) {
  CLI::App* remove = app.add_subcommand("remove", "take kernels out of the store");
  set_help(*remove, {"NAME...", "kbx kernels remove 6.1.0-56-amd64"});
  remove
      ->add_option("NAME", request.words,
                   "releases, or folders as kbx kernels list --json has them")
      ->required();
  CLI::App* prune =
      app.add_subcommand("prune", "remove from the store and the caches what nothing needs");
  set_help(*prune, {"[OPTION...]", "kbx kernels prune --dry-run --days 90"});
  prune
      ->add_option("--days", request.days,
                   "also kernels that were not used for so many days, and cached answers that were "
                   "not read for so many (default: all kernels stay; 30)")
      ->type_name("N")
      ->expected(1);
  prune->add_flag("--dry-run,-n", request.dry_run, "only tell what would be removed");
  CLI::App* verify = app.add_subcommand(
      "verify", "compare what is unpacked with the checksums from when it was added");
  set_help(*verify, {"[NAME...]", "kbx kernels verify"});
  verify->add_option("NAME", request.words, "releases or folders (default: all of the store)");
  CLI::App* repair = app.add_subcommand(
      "repair", "stand in for programs of a tree that do not run here, and print its folder");
  set_help(*repair, {"[OPTION...] KERNEL", "make -C $(kbx kernels repair FOLDER) M=$PWD"});
  repair->add_option("KERNEL", request.broken, "a release, a folder of headers, or packages")
      ->required();
  repair->add_flag("--all", request.all, "stand in for those that would run, too");
}

int run_command(const CLI::App& app, const Request& request) {
  const Environment environment = current_environment();
  const kernel::Places places = kernel::places_of(environment);
  const auto asked = app.get_subcommands();
  const std::string command = asked.empty() ? "list" : asked.front()->get_name();
  if (command == "add") return add_kernels(request.words, places.store);
  if (command == "fetch")
    return fetch_kernels(request.words, request.source, environment, places.store);
  if (command == "remove") return remove_kernels(request.words, places);
  if (command == "prune") {
    kernel::PruneOptions options;
    options.dry_run = request.dry_run;
    if (!request.days.empty()) {
      options.unused_days = request.days.back();
      options.cache_days = request.days.back();
    }
    return prune_kernels(options, places, cache_folder(environment));
  }
  if (command == "verify") return verify_kernels(request.words, places.store);
  if (command == "repair") return repair_kernel(request.broken, request.all, environment);
  if (request.show_default || !request.path_of.empty()) {
    const kernel::Tree tree = kernel::find_tree(request.path_of, environment);
    fmt::print("{}\n", request.show_default ? tree.release : tree.objtree);
    return 0;
  }
  return request.json ? list_kernels_json(environment) : list_kernels(environment, request.quiet);
}

}  // namespace

int kernels_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Lists the kernel headers that are known here, and adds others without installing them.\n"
      "Added and fetched packages are unpacked into the store, $XDG_CACHE_HOME/kbx/kernels.",
      "kbx kernels");
  set_help(app, {"[OPTION...] [COMMAND]", examples});
  Request request;
  app.add_flag("--quiet,-q", request.quiet, "print nothing; exit status 1 if none are known");
  app.add_flag("--default", request.show_default,
               "print the release that kbx build takes by itself");
  app.add_option("--path", request.path_of, "print the folder to give to make -C for this kernel")
      ->type_name("KERNEL");
  add_listing(app, request);
  add_additions(app, request);
  add_upkeep(app, request);
  app.require_subcommand(0, 1);
  if (const auto status = parse(app, arguments)) return *status;
  return run_command(app, request);
}

}  // namespace kbx::cli
