#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// RISC-V, after its ELF psABI and GNU ld 2.40 without relaxation.
const Machine& riscv_machine(bool is_64bit);

}  // namespace kbx::link
