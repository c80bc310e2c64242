// How $(shell) and != run commands. make starts simple commands itself and leaves the others to a
// shell; the difference shows in messages about missing programs and where newlines separate words.
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::makelang {
namespace {

/// Why `program` cannot be started, or "".
std::string find_failure(const std::string& program, const ShellCall& call) {
  int error = ENOENT;
  if (program.find('/') != std::string::npos) {
    const std::string path = join_path(call.folder, program);
    if (is_executable(path)) return {};
    error = exists(path) ? EACCES : ENOENT;
  } else {
    std::string path = "/bin:/usr/bin";
    if (call.environment) {
      const auto found = call.environment->find("PATH");
      if (found != call.environment->end()) path = found->second;
    }
    if (!find_program(program, path).empty()) return {};
  }
  return program + ": " + std::strerror(error);
}

}  // namespace

ShellResult run_shell(const ShellCall& call) {
  Command command;
  if (auto words = direct_command(call.command, call.shell, call.flags)) {
    if (words->empty()) return {};
    std::string failure = find_failure(words->front(), call);
    if (!failure.empty()) return {127, "", std::move(failure)};
    command.arguments = std::move(*words);
  } else {
    command.arguments.push_back(call.shell);
    for (std::string& flag : shell_split(call.flags).value_or(std::vector<std::string>{"-c"}))
      command.arguments.push_back(std::move(flag));
    command.arguments.push_back(call.command);
  }
  command.folder = call.folder;
  command.environment = call.environment;
  CommandResult result = run(command);
  return {result.status, std::move(result.output), std::move(result.errors)};
}

}  // namespace kbx::makelang
