#include <cstdio>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/base/similar.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/conf.h"
#include "kbx/cli/genksyms.h"
#include "kbx/cli/ld.h"
#include "kbx/cli/modpost.h"
#include "kbx/cli/options.h"
#include "kbx/cli/recordmcount.h"
#include "kbx/cli/shim.h"
#include "kbx/cli/sign_file.h"
#include "kbx/cli/step.h"

namespace {

struct Subcommand {
  std::string_view name;
  int (*run)(const std::vector<std::string>&);
  std::string_view summary;
};

constexpr Subcommand subcommands[] = {
    {"build", kbx::cli::build_command, "build the modules of a folder, sources untouched"},
    {"make", kbx::cli::make_command, "the same in make's words; also any ordinary makefile"},
    {"shim", kbx::cli::shim_command, "run a command with kbx in the place of its make"},
    {"dkms", kbx::cli::dkms_command, "build a driver by its dkms.conf, without dkms"},
    {"matrix", kbx::cli::matrix_command, "build drivers for many kernels, with one verdict"},
    {"config", kbx::cli::config_command, "make and explain the configuration of a driver"},
    {"menuconfig", kbx::cli::menuconfig_command, "the same on the whole screen"},
    {"plan", kbx::cli::plan_command, "show what a build would do, without building"},
    {"why", kbx::cli::why_command, "tell where an object's flags come from, and what rebuilds it"},
    {"kernels", kbx::cli::kernels_command, "list, add and fetch kernel headers"},
    {"doctor", kbx::cli::doctor_command, "examine a kernel tree: what it lacks, what will not run"},
    {"check", kbx::cli::check_command,
     "tell whether modules would load into a kernel, and why not"},
    {"probe", kbx::cli::probe_command,
     "tell whether a kernel has a function, member, header or symbol"},
    {"diff", kbx::cli::diff_command, "tell what changed for modules between two kernels"},
    {"new", kbx::cli::new_command, "write a module that builds as it comes out"},
};

void print_help() {
  std::cout << "kbx " KBX_VERSION
               " builds external Linux kernel modules against prebuilt headers.\n\n"
               "usage: kbx COMMAND [OPTION...]\n\ncommands (kbx COMMAND --help tells more):\n";
  for (const Subcommand& subcommand : subcommands)
    std::printf("  %-10s %s\n", std::string(subcommand.name).c_str(),
                std::string(subcommand.summary).c_str());
  std::puts(
      "  fixdep, genksyms, modpost, recordmcount, sign-file\n"
      "             stand in for the kernel's programs of these names\n"
      "  ld         stands in for GNU ld\n\n"
      "options:\n  -h, --help   show this text\n  --version    show the version\n\n"
      "examples:\n"
      "  kbx new hello && cd hello && kbx build");
}

const Subcommand* find_subcommand(std::string_view name) {
  for (const Subcommand& subcommand : subcommands)
    if (subcommand.name == name) return &subcommand;
  return nullptr;
}

std::string hint(std::string_view unknown) {
  std::vector<std::string_view> names = {"conf",    "fixdep",       "genksyms", "ld",
                                         "modpost", "recordmcount", "sign-file"};
  for (const Subcommand& subcommand : subcommands) names.push_back(subcommand.name);
  const std::string_view closest = kbx::closest_name(unknown, names);
  return closest.empty() ? "kbx --help lists them"
                         : "did you mean kbx " + std::string(closest) + "?";
}

int dispatch(const std::vector<std::string>& arguments) {
  // Called by the name of a program that it stands in for.
  const std::string own_name = kbx::base_name(arguments[0]);
  if (const auto status = kbx::cli::run_as_shim(arguments)) return *status;
  if (own_name == "make" || own_name == "gmake")
    return kbx::cli::make_command({arguments.begin() + 1, arguments.end()});
  if (arguments.size() < 2 || arguments[1] == "--help" || arguments[1] == "-h") {
    print_help();
    return arguments.size() < 2 ? 2 : 0;
  }
  if (arguments[1] == "--version") {
    std::puts("kbx " KBX_VERSION);
    return 0;
  }
  const bool asks_help = arguments[1] == "help";
  if (asks_help && arguments.size() > 2) return dispatch({arguments[0], arguments[2], "--help"});
  if (asks_help) return print_help(), 0;
  const Subcommand* subcommand = find_subcommand(arguments[1]);
  if (!subcommand) {
    std::cerr << "kbx: there is no command \"" << arguments[1]
              << "\"\n  hint: " << hint(arguments[1]) << "\n";
    return 2;
  }
  return subcommand->run({arguments.begin() + 2, arguments.end()});
}

/// The commands that edges of a graph run, which have to start at once; -1 for any other.
int run_tool(int argc, char** argv) {
  const std::string_view program = argc > 0 ? argv[0] : "";
  const std::string_view subcommand = argc > 1 ? argv[1] : "";
  if (program == "fixdep" || program.ends_with("/fixdep"))
    return kbx::cli::fixdep_command(argv[0], argc - 1, argv + 1);
  if (program == "modpost" || program.ends_with("/modpost"))
    return kbx::cli::modpost_command(argv[0], argc - 1, argv + 1);
  if (program == "genksyms" || program.ends_with("/genksyms"))
    return kbx::cli::genksyms_command(argv[0], argc - 1, argv + 1);
  if (program == "conf" || program.ends_with("/conf"))
    return kbx::cli::conf_command(argv[0], argc - 1, argv + 1);
  if (program == "sign-file" || program.ends_with("/sign-file"))
    return kbx::cli::sign_file_command(argc - 1, argv + 1);
  if (program == "recordmcount" || program.ends_with("/recordmcount"))
    return kbx::cli::recordmcount_command(argc - 1, argv + 1);
  if (kbx::cli::is_linker_name(program)) return kbx::cli::ld_command(argv[0], argc - 1, argv + 1);
  if (subcommand == "ld") return kbx::cli::ld_command(argv[0], argc - 2, argv + 2);
  if (subcommand == "genksyms") return kbx::cli::genksyms_command(argv[0], argc - 2, argv + 2);
  if (subcommand == "conf") return kbx::cli::conf_command(argv[0], argc - 2, argv + 2);
  if (subcommand == "step") return kbx::cli::step_command(argc - 2, argv + 2);
  if (subcommand == "fixdep") return kbx::cli::fixdep_command(argv[0], argc - 2, argv + 2);
  if (subcommand == "modpost") return kbx::cli::modpost_command(argv[0], argc - 2, argv + 2);
  if (subcommand == "recordmcount") return kbx::cli::recordmcount_command(argc - 2, argv + 2);
  if (subcommand == "sign-file") return kbx::cli::sign_file_command(argc - 2, argv + 2);
  return -1;
}

/// kbx lives for milliseconds and gives nothing back: memory that goes to the kernel and comes
/// again is cleared page by page.
void keep_memory() {
#ifdef __GLIBC__
  constexpr int step = 1 << 20;
  ::mallopt(M_TOP_PAD, step);
  ::mallopt(M_TRIM_THRESHOLD, 64 * step);
  ::mallopt(M_MMAP_THRESHOLD, 16 * step);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory();
  const std::vector<std::string> arguments(argv, argv + argc);
  try {
    if (const int status = run_tool(argc, argv); status >= 0) return status;
    return dispatch(arguments);
  } catch (const kbx::cli::UsageError& error) {
    std::cerr << "kbx: " << error.to_string() << "\n";
    return 2;
  } catch (const kbx::Error& error) {
    std::fflush(stdout);
    std::cerr << "kbx: " << error.to_string() << "\n";
    return 1;
  } catch (const std::bad_alloc&) {
    std::fflush(stdout);
    std::cerr << "kbx: out of memory\n  hint: a value in a makefile may grow without end\n";
    return 1;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::cerr << "kbx: internal error: " << error.what() << "\n";
    return 1;
  }
}
