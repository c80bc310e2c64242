#pragma once
#include <string>
#include <string_view>

#include "kbx/symbols/kernel_symbols.h"

namespace kbx::symbols {

/// Adds the symbols of a file that libabigail's abidw wrote (ABIXML), as Android publishes its
/// kernel's interface to modules: name, CRC, namespace, and which image or module has it. Licences
/// are not in it. Throws Error if it is no such file, or has no symbols.
void add_abidw(KernelSymbols& kernel, std::string_view text, const std::string& path);

}  // namespace kbx::symbols
