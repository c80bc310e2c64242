#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "kbx/symbols/kernel_symbols.h"

namespace kbx::symbols {

/// Whether the module loader of a machine applies relocations of `type`, in SHT_RELA sections if
/// `has_addend`, else in SHT_REL ones. Nothing if kbx does not know that machine's loader.
std::optional<bool> loader_applies(const Machine& machine, std::uint32_t type, bool has_addend);

}  // namespace kbx::symbols
