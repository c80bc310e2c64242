#pragma once

namespace kbx::cli {

/// `kbx conf`: the kernel's scripts/kconfig/conf. `program` is the name it was started by, which
/// tells the tree if it lies in one.
int conf_command(const char* program, int count, char** arguments);

}  // namespace kbx::cli
