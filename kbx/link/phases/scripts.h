#pragma once
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// True if the command line has a script that replaces the default one (-T).
bool has_script(const LinkState& state);

/// Reads the scripts of -T and notes what they say of the link as a whole. Throws Error.
void read_scripts(LinkState& state);

/// --defsym.
void define_symbols(LinkState& state);

/// Opens scripts and files in the order of the command line; symbols are resolved as they come.
void open_inputs(LinkState& state);

}  // namespace kbx::link
