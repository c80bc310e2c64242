#pragma once
#include <string>
#include <string_view>

#include "kbx/symbols/kernel_symbols.h"

namespace kbx::symbols {

/// Adds what a kernel's System.map (nm -n vmlinux) tells of its exports: each symbol with a
/// __ksymtab_NAME; its licence where the tables of the licences have their bounds in the map; and
/// its CRC where __crc_NAME is an absolute symbol, as kernels before 2017 had them. What is known
/// already stays. Throws Error with the line of what is no row, or if the map lists no export at
/// all.
void add_system_map(KernelSymbols& kernel, std::string_view text, const std::string& path);

}  // namespace kbx::symbols
