#pragma once

namespace kbx::cli {

/// `kbx step object …`, what an edge of the graph does after its command, and `kbx step template …`
/// and `kbx step metadata …`, what edges do that need no compiler.
/// `arguments` come after the word "step". The options are for kbx itself, not for people: they are
/// read by hand because this runs once per object and has to start at once.
int step_command(int count, const char* const* arguments);

/// `kbx fixdep DEPFILE TARGET COMMAND`: the kernel's scripts/basic/fixdep. `program` is the name it
/// was started by, which tells the tree if it lies in one.
int fixdep_command(const char* program, int count, const char* const* arguments);

}  // namespace kbx::cli
