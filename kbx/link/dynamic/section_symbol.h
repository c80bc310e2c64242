#pragma once
#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// The section that .dynsym of a position-independent output has a symbol for, against which a
/// dynamic linker could relocate: the first one in memory that is not the linker's own and not
/// empty; null if there is none. To be called when all input is placed.
const OutputSection* section_in_dynsym(Plan& plan);

}  // namespace kbx::link
