#include <cerrno>
#include <cstring>

#include "kbx/base/file.h"
#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/recipe_words.h"

namespace kbx::makelang {

ShellResult run_shell(const ShellCall& call) {
  Command command;
  command.arguments = command_words(call.command, {call.shell, call.flags});
  if (command.arguments.empty()) return {};
  command.folder = call.folder;
  command.environment = call.environment;
  const CommandResult result = run(command);
  ShellResult answer{result.status, result.output, {}};
  // Only a program that could not be started leaves words here; those of one that ran are not kept.
  if (!result.errors.empty())
    answer.failure = command.arguments[0] + ": " +
                     std::strerror(is_regular_file(command.arguments[0]) ? EACCES : ENOENT);
  return answer;
}

}  // namespace kbx::makelang
