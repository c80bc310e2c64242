#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// -Map and --cref, whose table ends the map if there is one, --print-memory-usage and --why-here.
/// Addresses must be final. Throws Error if a reference is what NOCROSSREFS forbids.
void write_reports(LinkState& state);
/// The same for a link that fails: what fills a memory region is wanted most when it overflows.
void write_reports_of_failed(LinkState& state);

/// --dependency-file: a rule of make with all that was read, and an empty one for each of it.
void write_dependencies(const LinkState& state);

}  // namespace kbx::link
