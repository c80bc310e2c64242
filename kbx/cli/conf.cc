#include "kbx/cli/conf.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <getopt.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/cli/conf_shell.h"
#include "kbx/kconfig/configure.h"
#include "kbx/kconfig/fragments.h"
#include "kbx/kconfig/names.h"

namespace kbx::cli {
namespace {

using kconfig::Mode;

constexpr const char* help =
    "usage: kbx conf [--no-cache] [--kernel TREE] [--merge FILE...] [OPTION...] KCONFIG\n"
    "Does what the kernel's scripts/kconfig/conf does: makes a configuration from Kconfig files.\n"
    "Also under the name conf, in a tree as scripts/kconfig/conf.\n\n"
    "options of kbx:\n"
    "  --no-cache     run every $(shell) command, remember none\n"
    "  --kernel TREE  the dialect of this kernel tree; default: $srctree, else the folder of now;\n"
    "                 the newest one where there is no scripts/kconfig\n"
    "  --merge FILE   begin with the values of these files, the later on top of the earlier, and "
    "tell\n"
    "                 what each redefines and what is not as they ask; --alldefconfig, which is "
    "the\n"
    "                 default then, or --allnoconfig gives the rest; may be repeated\n"
    "  --help         alone: show this text\n\n"
    "kinds of configuration (one; default --oldaskconfig):\n"
    "  --oldaskconfig, --oldconfig, --syncconfig, --olddefconfig\n"
    "  --defconfig FILE, --savedefconfig FILE\n"
    "  --alldefconfig, --allnoconfig, --allyesconfig, --allmodconfig, --randconfig\n"
    "  --listnewconfig, --helpnewconfig\n"
    "  --yes2modconfig, --mod2yesconfig, --mod2noconfig\n"
    "and -s, --silent\n\n"
    "examples:\n"
    "  kbx conf --olddefconfig Kconfig\n"
    "  KCONFIG_SEED=1 kbx conf --randconfig Kconfig\n"
    "  kbx conf --merge base.config --merge debug.config Kconfig\n";

void print_usage(const char* program, const kconfig::Dialect& dialect) {
  if (dialect.short_usage)
    std::printf("Usage: %s [-s] [option] <kconfig-file>\n", program);
  else
    std::printf("Usage: %s [options] %s\n\n", program,
                dialect.usage_names_arguments ? "kconfig_file" : "<kconfig-file>");
  std::fputs(dialect.short_usage ? "[option] is _one_ of the following:\n"
                                 : "Generic options:\n"
                                   "  -h, --help              Print this message and exit.\n"
                                   "  -s, --silent            Do not print log.\n"
                                   "\n"
                                   "Mode options:\n",
             stdout);
  std::fputs(
      "  --listnewconfig         List new options\n"
      "  --helpnewconfig         List new options and help text\n"
      "  --oldaskconfig          Start a new configuration using a line-oriented program\n"
      "  --oldconfig             Update a configuration using a provided .config as base\n"
      "  --syncconfig            Similar to oldconfig but generates configuration in\n"
      "                          include/{generated/,config/}\n"
      "  --olddefconfig          Same as oldconfig but sets new symbols to their default value\n"
      "  --defconfig <file>      New config with default defined in <file>\n"
      "  --savedefconfig <file>  Save the minimal current configuration to <file>\n"
      "  --allnoconfig           New config where all options are answered with no\n"
      "  --allyesconfig          New config where all options are answered with yes\n"
      "  --allmodconfig          New config where all options are answered with mod\n"
      "  --alldefconfig          New config with all symbols set to default\n"
      "  --randconfig            New config with random answer to all options\n"
      "  --yes2modconfig         Change answers from yes to mod if possible\n"
      "  --mod2yesconfig         Change answers from mod to yes if possible\n",
      stdout);
  if (dialect.short_usage) return;
  std::fputs(
      "  --mod2noconfig          Change answers from mod to no if possible\n"
      "  (If none of the above is given, --oldaskconfig is the default)\n",
      stdout);
  if (dialect.usage_names_arguments)
    std::fputs("\nArguments:\n  kconfig_file            Top-level Kconfig file.\n", stdout);
}

struct CommandLine {
  kconfig::Request request;
  std::optional<int> status;  // nothing is left to do
};

CommandLine parse(std::vector<char*>& words, const kconfig::Dialect& dialect,
                  const Environment& environment) {
  static constexpr std::pair<const char*, Mode> modes[] = {{"oldaskconfig", Mode::ask_all},
                                                           {"oldconfig", Mode::ask_new},
                                                           {"syncconfig", Mode::sync},
                                                           {"defconfig", Mode::from_file},
                                                           {"savedefconfig", Mode::save_minimal},
                                                           {"allnoconfig", Mode::all_no},
                                                           {"allyesconfig", Mode::all_yes},
                                                           {"allmodconfig", Mode::all_mod},
                                                           {"alldefconfig", Mode::all_default},
                                                           {"randconfig", Mode::random},
                                                           {"listnewconfig", Mode::list_new},
                                                           {"helpnewconfig", Mode::help_new},
                                                           {"olddefconfig", Mode::complete},
                                                           {"yes2modconfig", Mode::yes_to_mod},
                                                           {"mod2yesconfig", Mode::mod_to_yes},
                                                           {"mod2noconfig", Mode::mod_to_no}};
  constexpr int first_mode = 256;
  std::vector<option> options;
  if (!dialect.short_usage)
    options = {{"help", no_argument, nullptr, 'h'}, {"silent", no_argument, nullptr, 's'}};
  for (const auto& [name, mode] : modes) {
    if (dialect.short_usage && mode == Mode::mod_to_no) continue;
    const bool has_file = mode == Mode::from_file || mode == Mode::save_minimal;
    options.push_back({name, has_file ? required_argument : no_argument, nullptr,
                       first_mode + static_cast<int>(mode)});
  }
  options.push_back({});
  CommandLine line;
  const int count = static_cast<int>(words.size()) - 1;
  const char* letters = dialect.short_usage ? "s" : "hs";
  optind = 0;
  for (int letter = 0;
       (letter = getopt_long(count, words.data(), letters, options.data(), nullptr)) != -1;) {
    if (letter == 'h' || (letter == '?' && dialect.short_usage)) {
      print_usage(words[0], dialect);
      line.status = 1;
      return line;
    }
    if (letter == 's') line.request.silent = true;
    if (letter < first_mode) continue;
    line.request.mode = static_cast<Mode>(letter - first_mode);
    if (line.request.mode == Mode::sync) line.request.silent = line.request.sync = true;
    if (optarg) line.request.file = optarg;
    if (line.request.mode == Mode::random) kconfig::seed_random(dialect, environment, {});
  }
  if (optind == count) {
    std::fprintf(stderr, "%s: Kconfig file missing\n", words[0]);
    print_usage(words[0], dialect);
    line.status = 1;
    return line;
  }
  line.request.kconfig = words[static_cast<std::size_t>(optind)];
  return line;
}

/// The tree that the program lies in, "" if it is not in its place in one.
std::string tree_of(std::string_view program) {
  constexpr std::string_view place = "scripts/kconfig/conf";
  if (!program.ends_with(place)) return {};
  const std::string_view tree = program.substr(0, program.size() - place.size());
  return tree.empty() ? "." : std::string(tree);
}

/// The options of kbx, which come before those of the original.
struct OwnOptions {
  std::string tree;
  bool remember = true;
  std::vector<std::string> fragments;
};

/// Takes them off the command line.
void take_own_options(OwnOptions& own, int& count, char**& arguments) {
  for (; count > 0; ++arguments, --count) {
    if (std::strcmp(arguments[0], "--no-cache") == 0) {
      own.remember = false;
      continue;
    }
    const bool is_tree = std::strcmp(arguments[0], "--kernel") == 0;
    if (count < 2 || (!is_tree && std::strcmp(arguments[0], "--merge") != 0)) return;
    ++arguments;
    --count;
    if (is_tree)
      own.tree = arguments[0];
    else
      own.fragments.emplace_back(arguments[0]);
  }
}

int configure(const kconfig::Request& request, const kconfig::Dialect& dialect,
              const Environment& environment, bool remember) {
  ConfShell shell(environment, remember);
  const int status = kconfig::configure(
      request, dialect, environment,
      [&shell](const std::string& command) { return shell(command); }, {},
      ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0);
  shell.save();
  return status;
}

/// Makes a configuration that begins with fragments, and tells what became of them.
int configure_merged(kconfig::Request request, const kconfig::Dialect& dialect,
                     const Environment& environment, const OwnOptions& own) {
  if (request.mode == Mode::ask_all) request.mode = Mode::all_default;
  if (request.mode != Mode::all_default && request.mode != Mode::all_no)
    throw Error("--merge begins a configuration that --alldefconfig or --allnoconfig completes",
                "leave the other option away");
  std::vector<kconfig::Fragment> fragments;
  for (const std::string& name : own.fragments) fragments.push_back({name, read_file(name)});
  const std::string prefix = kconfig::option_prefix(environment);
  const kconfig::MergedFragments merged = kconfig::merge_fragments(fragments, prefix);
  std::fputs(merged.report.c_str(), stdout);
  std::fflush(stdout);

  request.seed = merged.text;
  const int status = configure(request, dialect, environment, own.remember);
  if (status != 0) return status;
  const std::string got = read_file(kconfig::configuration_name(environment));
  std::fputs(kconfig::unmet_requests(merged.text, got, prefix).c_str(), stdout);
  return 0;
}

}  // namespace

int conf_command(const char* program, int count, char** arguments) {
  const std::string_view name = program;
  const bool stands_in = name == "conf" || name.ends_with("/conf");
  if (!stands_in && count == 1 && std::strcmp(arguments[0], "--help") == 0) {
    std::fputs(help, stdout);
    return 0;
  }
  const Environment environment = current_environment();
  OwnOptions own{tree_of(name)};
  take_own_options(own, count, arguments);
  if (own.tree.empty()) own.tree = kconfig::variable(environment, "srctree");
  if (own.tree.empty()) own.tree = ".";
  std::string own_name = stands_in ? program : "conf";
  std::vector<char*> words = {own_name.data()};
  words.insert(words.end(), arguments, arguments + count);
  words.push_back(nullptr);
  const kconfig::Dialect dialect = kconfig::probe_dialect(own.tree);
  const CommandLine line = parse(words, dialect, environment);
  if (line.status) return *line.status;
  if (!own.fragments.empty()) return configure_merged(line.request, dialect, environment, own);
  return configure(line.request, dialect, environment, own.remember);
}

}  // namespace kbx::cli
