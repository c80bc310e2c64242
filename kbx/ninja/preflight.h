#pragma once
#include "kbx/kbuild/plan.h"
#include "kbx/kernel/tree.h"

namespace kbx::ninja {

/// Looks whether the programs of the kernel tree that the plan runs on every object (objtool, where
/// the tree has it) can be executed on this machine. Throws Error with the reason if not: before
/// the first compiler is started, not after it.
void check_tree_programs(const kbuild::Plan& plan, const kernel::Tree& tree);

}  // namespace kbx::ninja
