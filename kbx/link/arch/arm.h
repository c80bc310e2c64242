#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// ARM with 32 bits, after ELF for the Arm Architecture and GNU ld 2.40. Of big-endian code the
/// instructions are written as inputs have them, big-endian.
const Machine& arm_machine(bool is_big_endian);

}  // namespace kbx::link
