#pragma once
#include <cstdint>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// e_flags of the output: the first file's, with what the further files add. Throws Error if two
/// files have ABIs that do not go together.
std::uint32_t merged_elf_flags(const std::vector<InputFile*>& files);

}  // namespace kbx::link
