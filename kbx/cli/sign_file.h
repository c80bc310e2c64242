#pragma once

namespace kbx::cli {

/// `kbx sign-file`, and sign-file as the kernel's scripts call it. Gives the exit status.
int sign_file_command(int count, const char* const* arguments);

}  // namespace kbx::cli
