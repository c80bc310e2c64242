#pragma once
#include <string>

#include "kbx/symbols/kernel_symbols.h"

namespace kbx::kernel {

/// True if `folder` looks like /lib/modules/RELEASE.
bool is_modules_folder(const std::string& folder);

/// Adds what the modules below `folder`, /lib/modules/RELEASE, tell of their kernel: what they
/// export; of what they use, the CRCs that they were built with, which are the kernel's; vermagic
/// and machine. Modules built outside the kernel's tree are left out, as they may be stale. What is
/// known already stays. Throws Error if there is no module.
void add_installed_modules(symbols::KernelSymbols& kernel, const std::string& folder);

}  // namespace kbx::kernel
