#pragma once
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/link.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// Of the sections that say of a whole file how it was compiled (build attributes of ARM and
/// RISC-V, .gnu.attributes, .MIPS.abiflags, .reginfo) the output has one, with what all files'
/// together say; as GNU ld 2.40 merges them. It takes the place of the first file's, the others'
/// are discarded. Throws Error if two files cannot be in one program.
void merge_attributes(const std::vector<InputFile*>& files, const Options& options, const Say& say,
                      Arena& arena);

}  // namespace kbx::link
