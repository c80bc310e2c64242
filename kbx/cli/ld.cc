#include "kbx/cli/ld.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/link/command/parse.h"
#include "kbx/link/link.h"

namespace kbx::cli {
namespace {

/// One line at once, so that those of links that run side by side do not mix.
void tell(const std::string& line) {
  std::fflush(stdout);
  std::fputs((line + "\n").c_str(), stderr);
}

/// What a link that fails leaves of an earlier one is not to be taken for its output. Only files
/// are removed, never a device.
void remove_output(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)))
    ::unlink(path.c_str());
}

/// Ends the process at once if nothing is left to be told: a tenth of a large link's time would go
/// into giving its memory back.
[[noreturn]] void leave() {
  std::fflush(stdout);
  std::_Exit(0);
}

/// False if there is no output.
bool link_or_remove(link::Options& options, const std::function<void()>& written) {
  const auto print = [](const std::string& line) { std::fputs((line + "\n").c_str(), stdout); };
  try {
    if (link::link(options, {tell, print}, written)) return true;
  } catch (const Error&) {
    remove_output(options.output);
    throw;
  }
  remove_output(options.output);
  return false;
}

int run(const std::string& program, const std::vector<std::string>& arguments) {
  link::command::Request request = link::command::parse(program, KBX_VERSION, arguments);
  std::fputs(request.shown.c_str(), stdout);
  for (const std::string& message : request.messages) tell(program + ": " + message);
  if (request.is_done) return 0;
  if (!link_or_remove(request.options, request.failed ? nullptr : &leave)) return 1;
  if (request.failed) remove_output(request.options.output);
  return request.failed ? 1 : 0;
}

}  // namespace

bool is_linker_name(std::string_view program) {
  const std::string name = base_name(program);
  return name == "ld" || name == "ld.kbx" || name.ends_with("-ld") || name.ends_with("-ld.kbx");
}

int ld_command(const char* program, int count, char** arguments) {
  const std::string name = is_linker_name(program) ? program : "ld";
  try {
    return run(name, {arguments, arguments + count});
  } catch (const Error& error) {
    tell(name + ": " + error.to_string());
    return 1;
  }
}

}  // namespace kbx::cli
