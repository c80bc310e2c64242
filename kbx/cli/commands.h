#pragma once
#include <string>
#include <vector>

namespace kbx::cli {

/// `kbx make …`: make with GNU make's command line. Gives the exit status.
int make_command(const std::vector<std::string>& arguments);

}  // namespace kbx::cli
