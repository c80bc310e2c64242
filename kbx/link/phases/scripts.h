#pragma once
#include "kbx/link/arch/machine.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// True if the command line has a script that replaces the default one (-T).
bool has_script(const LinkState& state);

/// Reads the scripts of -T and notes what they say of the link as a whole. Throws Error.
void read_scripts(LinkState& state);

/// Where no script of the command line replaces it: the default layout of a final link.
void add_default_script(LinkState& state, const Machine& machine);

/// --defsym.
void define_symbols(LinkState& state);

/// Opens scripts and files in the order of the command line; symbols are resolved as they come.
void open_inputs(LinkState& state);

}  // namespace kbx::link
