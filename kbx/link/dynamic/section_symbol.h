#pragma once
#include <vector>

#include "kbx/link/layout/placement.h"

namespace kbx::link {

/// The sections that .dynsym of a position-independent output has symbols for, against which a
/// dynamic linker could relocate, in the output's order: of those in memory that are not the
/// linker's own and not empty the first one; with a `count` of 2 the first one that is not written
/// to and the first one that is. To be called when all input is placed.
std::vector<const OutputSection*> sections_in_dynsym(Plan& plan, unsigned count);

}  // namespace kbx::link
