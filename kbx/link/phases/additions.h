#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// Adds the build ID's note, the merged properties and attributes, and the mark that the stack
/// needs no execution.
void add_linker_sections(LinkState& state);

/// The same for a final link, whose stack is told of by a program header.
void add_final_sections(LinkState& state);

/// PF_* of PT_GNU_STACK in a final link, 0 if there is to be none: as -z execstack and -z
/// noexecstack say, else as the files do.
std::uint32_t stack_flags(const LinkState& state);

/// Without -z execstack and -z noexecstack the output says of the stack what its files say: if
/// one wants to execute it, or says nothing on a machine where that means the same, it does.
/// Sections must be placed.
void mark_executable_stack(LinkState& state);

}  // namespace kbx::link
