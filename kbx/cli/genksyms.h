#pragma once

namespace kbx::cli {

/// `kbx genksyms`: the kernel's scripts/genksyms/genksyms. `program` is the name it was started by,
/// which tells the tree if it lies in one.
int genksyms_command(const char* program, int count, char** arguments);

}  // namespace kbx::cli
