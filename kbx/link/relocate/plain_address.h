#pragma once
#include <cstdint>
#include <optional>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// The address that the symbol `index` of `file` and an addend come to, once addresses are final,
/// where nothing counts but where the section went in which the symbol is defined. None where more
/// has to be asked (see refer and address_of): of what is a number, undefined or discarded, of what
/// has a PLT entry, and of what is beyond its merged section.
std::optional<std::uint64_t> plain_address(const InputFile& file, std::uint32_t index,
                                           std::int64_t addend);

}  // namespace kbx::link
