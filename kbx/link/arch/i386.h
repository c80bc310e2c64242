#pragma once
#include "kbx/link/arch/machine.h"

namespace kbx::link {

/// The 80386 and its 32-bit descendants, after their psABI and GNU ld 2.40.
const Machine& i386_machine();

}  // namespace kbx::link
