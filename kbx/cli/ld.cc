#include "kbx/cli/ld.h"

#include <cstdio>
#include <string>
#include <vector>

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

int run(const std::string& program, const std::vector<std::string>& arguments) {
  const link::command::Request request = link::command::parse(program, KBX_VERSION, arguments);
  std::fputs(request.shown.c_str(), stdout);
  for (const std::string& warning : request.warnings) tell(program + ": " + warning);
  if (!request.is_done) link::link(request.options, tell);
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
