#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// AArch64 with 64-bit pointers, after ELF for the Arm 64-bit Architecture and GNU ld 2.40.
const Machine& aarch64_machine(bool is_big_endian);

}  // namespace kbx::link
