#pragma once
#include "kbx/link/arch/machine.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS, once properties are merged and symbols chosen:
/// code goes to other modules by .got and .plt only. An output that says so, as -z
/// indirect-extern-access or its inputs ask, has no copy relocations, and its protected data is its
/// own. A program of which an object without the property refers to a shared object by addresses
/// does not say so after all.
void settle_indirect_access(LinkState& state, const Machine& machine);

}  // namespace kbx::link
