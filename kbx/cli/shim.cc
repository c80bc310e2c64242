// `kbx shim -- COMMAND…`: a make in front of the real one, for a command and all that it starts.
//
// In the cache folder lies a folder with links to this program that are called make and gmake. The
// command runs with this folder first in PATH; that is all there is to it, so nothing is left
// behind however the command ends, and its exit status and signals are its own.
//
// Such a link knows what it is by the file `shim` beside it. It takes calls that name a driver's
// folder (M=) and a kernel tree, and becomes the next make in PATH for the others. That one is
// started under the name that was called, since GNU make takes $(MAKE) from there: a name without a
// slash is looked up in PATH again, and so a nested $(MAKE) comes here again.
#include "kbx/cli/shim.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "kbx/base/cache.h"
#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/hash.h"
#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/symlink.h"
#include "kbx/base/text.h"
#include "kbx/cli/commands.h"
#include "kbx/cli/make_words.h"
#include "kbx/cli/options.h"

namespace kbx::cli {
namespace {

constexpr const char* mark = "shim";
constexpr const char* names[] = {"make", "gmake"};
constexpr const char* verbose_variable = "KBX_SHIM_VERBOSE";
constexpr const char* usual_path = "/usr/local/bin:/usr/bin:/bin";

constexpr int not_executable = 126;  // what a shell gives
constexpr int not_found = 127;

constexpr const char* examples =
    "kbx shim -- make                       a driver's own Makefile\n"
    "kbx shim -- ./configure                probes that build small modules\n"
    "kbx shim -v -- dkms build evdi/1.14.8  tells which calls it took";

std::string path_variable() {
  const char* path = std::getenv("PATH");
  return path ? path : usual_path;
}

bool is_shim_folder(const std::string& folder) {
  return exists(join_path(folder, mark)) && ::access(join_path(folder, "make").c_str(), X_OK) == 0;
}

/// PATH without folders of shims.
std::string path_of_others() {
  const std::string path = path_variable();
  std::vector<std::string> kept;
  for (const std::string_view folder : split(path, ':'))
    if (!is_shim_folder(std::string(folder.empty() ? "." : folder))) kept.emplace_back(folder);
  return join(kept, ":");
}

/// The folder of links, made where it is missing: one for each place of this program.
std::string shim_folder() {
  const std::string own = own_path();
  std::string folder = join_path(cache_folder(current_environment()), "shim/" + content_hash(own));
  make_folders(folder);
  for (const char* name : names) place_link(own, join_path(folder, name));
  create_file(join_path(folder, mark));
  return folder;
}

/// Becomes `program`, which is called by `arguments`; gives what a shell would if that fails.
int become(const std::string& program, std::vector<std::string> arguments) {
  std::fflush(nullptr);
  const std::vector<char*> words = argument_vector(arguments);
  ::execv(program.c_str(), words.data());
  const int reason = errno;
  fmt::print(stderr, "kbx: {}: {}\n", program, std::strerror(reason));
  return reason == ENOENT ? not_found : not_executable;
}

void tell(std::string_view what, const std::vector<std::string>& arguments) {
  const char* wanted = std::getenv(verbose_variable);
  if (!wanted || std::string_view(wanted) != "1") return;
  std::string text;
  for (const std::string& word : arguments) text += " " + shell_quote(word);
  fmt::print(stderr, "kbx shim: {}:{}\n", what, text);
}

/// The folder of the link that was called as `program`.
std::string calling_folder(const std::string& program) {
  if (program.find('/') != std::string::npos) return dir_name(program);
  const std::string found = find_program(program, path_variable());
  return found.empty() ? "" : dir_name(found);
}

}  // namespace

std::optional<int> run_as_shim(const std::vector<std::string>& arguments) {
  const std::string name = base_name(arguments[0]);
  if (std::ranges::find(names, name) == std::end(names)) return std::nullopt;
  const std::string folder = calling_folder(arguments[0]);
  if (folder.empty() || !is_shim_folder(folder)) return std::nullopt;
  const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
  if (asks_for_modules(words, current_environment())) {
    tell("took", arguments);
    return make_command(words);
  }
  std::string real = find_program(name, path_of_others());
  if (real.empty()) real = find_program("make", path_of_others());
  if (real.empty()) {
    tell("took, as there is no other make", arguments);
    return make_command(words);
  }
  tell("passed on to " + real, arguments);
  return become(real, arguments);
}

std::string path_with_shim() {
  return shim_folder() + ":" + path_of_others();
}

int shim_command(const std::vector<std::string>& arguments) {
  CLI::App app(
      "Runs a command with a make in front of the real one. It builds kernel modules as kbx make "
      "does\nand passes all other calls on.",
      "kbx shim");
  set_help(app, {"[OPTION...] -- COMMAND [WORD...]", examples});
  bool verbose = false;
  app.add_flag("--verbose,-v", verbose, "tell on standard error which calls are taken");
  // All from the first word that is no option is the command's, whatever it looks like.
  auto first = std::ranges::find_if(
      arguments, [](const std::string& word) { return word == "--" || !word.starts_with('-'); });
  if (const auto status = parse(app, {arguments.begin(), first})) return *status;
  if (first != arguments.end() && *first == "--") ++first;
  const std::vector<std::string> command(first, arguments.end());
  if (command.empty())
    throw UsageError("no command is named", "kbx shim -- make -C KERNEL-TREE M=FOLDER");

  // The folder comes first once, however many shims are around this one.
  const std::string path = path_with_shim();
  ::setenv("PATH", path.c_str(), 1);
  if (verbose) ::setenv(verbose_variable, "1", 1);
  std::string program = command[0];
  if (program.find('/') == std::string::npos) program = find_program(program, path);
  if (program.empty()) {
    fmt::print(stderr, "kbx: {}: command not found\n", command[0]);
    return not_found;
  }
  return become(program, command);
}

}  // namespace kbx::cli
