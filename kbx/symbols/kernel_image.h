#pragma once
#include <string>
#include <string_view>

#include "kbx/symbols/kernel_symbols.h"

namespace kbx::symbols {

/// Adds what a kernel's image, an ELF file, with or without a symbol table, tells: machine, exports
/// with licence, namespace and CRC, and the vermagic that it compares with. `path` is for messages.
/// Throws Error if it is no sound ELF file, or has no table of exports that can be understood.
void add_kernel_image(KernelSymbols& kernel, std::string_view content, const std::string& path);

}  // namespace kbx::symbols
