#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// Adds the build ID's note, the merged properties and attributes, and the mark that the stack
/// needs no execution.
void add_linker_sections(LinkState& state);

/// Without -z execstack and -z noexecstack the output says of the stack what its files say: if
/// one wants to execute it, or says nothing on a machine where that means the same, it does.
/// Sections must be placed.
void mark_executable_stack(LinkState& state);

}  // namespace kbx::link
