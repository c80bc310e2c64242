#include "kbx/base/process.h"
#include "kbx/base/text.h"
#include "kbx/makelang/evaluation.h"

namespace kbx::makelang {

ShellResult run_shell(const ShellCall& call) {
  Command command;
  command.arguments.push_back(call.shell);
  for (std::string& flag : shell_split(call.flags).value_or(std::vector<std::string>{"-c"}))
    command.arguments.push_back(std::move(flag));
  command.arguments.push_back(call.command);
  command.folder = call.folder;
  command.environment = call.environment;
  CommandResult result = run(command);
  return {result.status, std::move(result.output)};
}

}  // namespace kbx::makelang
