#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// -Map and --cref, whose table ends the map if there is one. Addresses must be final.
void write_reports(LinkState& state);

/// --dependency-file: a rule of make with all that was read, and an empty one for each of it.
void write_dependencies(const LinkState& state);

}  // namespace kbx::link
