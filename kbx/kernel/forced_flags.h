#pragma once
#include <string>
#include <vector>

#include "kbx/base/process.h"
#include "kbx/kernel/config.h"
#include "kbx/kernel/toolchain.h"

namespace kbx::kernel {

/// The flags that kbuild passes for a configuration without asking the compiler again, and that
/// this compiler does not take. Runs the compiler.
std::vector<std::string> refused_flags(const CompilerPath& compiler, const Config& config,
                                       const Environment& environment);

}  // namespace kbx::kernel
