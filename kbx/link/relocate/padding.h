#pragma once
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/arch/machine.h"
#include "kbx/link/input/file.h"

namespace kbx::link {

/// Takes the bytes of padding away that the assembler put in case they would be needed
/// (Machine::padding_type): of the files' sections, with the relocations and symbols behind them.
/// Before anything is placed; the sections keep their alignment. Throws Error if there are fewer
/// bytes than an alignment takes.
void drop_padding(const std::vector<InputFile*>& files, const Machine& machine, Arena& arena);

}  // namespace kbx::link
