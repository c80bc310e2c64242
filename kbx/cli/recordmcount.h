#pragma once

namespace kbx::cli {

/// `kbx recordmcount`, and recordmcount as the kernel's scripts call it. Gives the exit status.
int recordmcount_command(int count, const char* const* arguments);

}  // namespace kbx::cli
