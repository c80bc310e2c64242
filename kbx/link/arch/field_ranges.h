#pragma once
#include <cstdint>

#include "kbx/link/arch/field.h"

namespace kbx::link {

/// field_of for AArch64, RISC-V, PowerPC, s390, MIPS and LoongArch.
Field ranged_field(std::uint16_t machine, std::uint32_t type);

}  // namespace kbx::link
