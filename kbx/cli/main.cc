#include <cstdio>
#include <string_view>

#include "kbx/cli/step.h"

int main(int count, char** arguments) {
  const std::string_view program = count > 0 ? arguments[0] : "";
  if (program == "fixdep" || program.ends_with("/fixdep"))
    return kbx::cli::fixdep_command(arguments[0], count - 1, arguments + 1);
  const std::string_view subcommand = count > 1 ? arguments[1] : "";
  if (subcommand == "step") return kbx::cli::step_command(count - 2, arguments + 2);
  if (subcommand == "fixdep")
    return kbx::cli::fixdep_command(arguments[0], count - 2, arguments + 2);
  std::puts("kbx");
  return 0;
}
