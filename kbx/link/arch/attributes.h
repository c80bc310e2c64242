#pragma once
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"

namespace kbx::link {

/// Of the sections that say of a whole file how it was compiled (build attributes of ARM and
/// RISC-V, .gnu.attributes, .MIPS.abiflags, .reginfo) the output has one: the first file's, for
/// MIPS with what the others need. The others' are discarded.
void merge_attributes(const std::vector<InputFile*>& files, Arena& arena);

}  // namespace kbx::link
