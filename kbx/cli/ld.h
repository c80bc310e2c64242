#pragma once
#include <string_view>

namespace kbx::cli {

/// Whether a program of this name is a linker: ld, ld.kbx, or these behind a target, as in
/// aarch64-linux-gnu-ld.
bool is_linker_name(std::string_view program);

/// `kbx ld`: GNU ld. `program` is the name it was started by.
int ld_command(const char* program, int count, char** arguments);

}  // namespace kbx::cli
