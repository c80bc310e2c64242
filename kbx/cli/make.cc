// kbx make: GNU make's command line over the evaluator of this program.
#include "kbx/base/path.h"
#include "kbx/cli/commands.h"
#include "kbx/makelang/run.h"

namespace kbx::cli {

int make_command(const std::vector<std::string>& arguments) {
  const std::string self = real_path("/proc/self/exe");
  return makelang::run_make(arguments, current_environment(),
                            (self.empty() ? "kbx" : self) + " make");
}

}  // namespace kbx::cli
