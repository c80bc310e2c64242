#include "kbx/cli/commands.h"

namespace kbx::cli {
int diff_command(const std::vector<std::string>&) {
  return 2;
}
}  // namespace kbx::cli
