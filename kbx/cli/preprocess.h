#pragma once
#include <string>
#include <vector>

namespace kbx::cli {

/// What a compiler's command with -E prints: made here, or by the compiler itself where that is not
/// certain to be the same. A file that the command writes besides (-Wp,-MMD,FILE) is written too.
std::string preprocessed(const std::vector<std::string>& command);

/// Prints what is made here. Throws Error with the reason where it is left to the compiler.
int print_preprocessed(const std::vector<std::string>& command);

}  // namespace kbx::cli
