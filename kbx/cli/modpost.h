#pragma once

namespace kbx::cli {

/// `kbx modpost [OPTION...] MODULE.o...`: the kernel's scripts/mod/modpost. `program` is the name
/// it was started by, which tells the tree if it lies in one.
int modpost_command(const char* program, int count, const char* const* arguments);

}  // namespace kbx::cli
