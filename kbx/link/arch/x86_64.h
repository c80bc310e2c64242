#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// x86-64 with 64-bit pointers, after its psABI and GNU ld 2.40.
const Machine& x86_64_machine();

/// x86-64 with 32-bit pointers (x32).
const Machine& x32_machine();

}  // namespace kbx::link
