#pragma once
#include "kbx/link/arch/arm_instruction.h"
#include "kbx/link/arch/arm_stub.h"

namespace kbx::link {

/// What is known of the code that a patch goes to.
ArmCode code_at(const Patch& patch);

/// Writes the distance of a branch (ArmForm::branch, call, thumb_call …) or its veneer's, and
/// changes the instruction to the one that comes to the target's instruction set.
Fit write_arm_branch(const ArmBytes& bytes, const Patch& patch, ArmForm form);

/// Replaces bx as --fix-v4bx or --fix-v4bx-interworking says.
Fit write_arm_bx(const ArmBytes& bytes, const Patch& patch);

}  // namespace kbx::link
