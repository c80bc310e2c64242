#pragma once
#include "kbx/link/arch/arm_plt.h"
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// ARM with 32 bits, after ELF for the Arm Architecture and GNU ld 2.40. Of big-endian code the
/// instructions are written as inputs have them, big-endian; with `is_be8` those of the PLT, which
/// no input has, are little-endian.
const Machine& arm_machine(bool is_big_endian, ArmPlt plt = ArmPlt::near, bool is_be8 = false);

}  // namespace kbx::link
