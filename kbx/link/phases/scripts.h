#pragma once
#include "kbx/link/arch/machine.h"
#include "kbx/link/phases/state.h"

namespace kbx::link {

/// True if the command line has a script that replaces the default one (-T).
bool has_script(const LinkState& state);

/// The format of the output in the words of -b or TARGET, which give it where neither --oformat nor
/// a script's OUTPUT_FORMAT does; "" otherwise.
std::string named_format(const LinkState& state);

/// Reads the scripts of -T and notes what they say of the link as a whole. Throws Error.
void read_scripts(LinkState& state);

/// Where no script of the command line replaces it: the default layout of a final link.
void add_default_script(LinkState& state, const Machine& machine);

/// Those of --defsym that stand before the input of that number and were not defined yet.
void define_symbols(LinkState& state, std::size_t inputs);

/// Opens scripts and files, and defines the symbols of --defsym, in the order of the command line;
/// symbols are resolved as they come.
void open_inputs(LinkState& state);

/// Places what scripts that stand among the objects say, if they have output sections. To be called
/// when all other scripts and files are open.
void open_scripts_at_end(LinkState& state);

}  // namespace kbx::link
