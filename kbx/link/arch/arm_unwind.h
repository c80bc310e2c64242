#pragma once
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// The bytes of an entry of .ARM.exidx.
inline constexpr std::uint64_t unwind_entry_size = 8;

/// Where code without unwind entries follows code with them, the index of the latter needs an entry
/// that ends it (EXIDX_CANTUNWIND; Exception Handling ABI for the Arm Architecture, "Index table
/// entries"). Sets InputSection::unwind_end of such an index to the code behind whose end nothing
/// is known, and makes its room. True if a size changed. Sections must have offsets.
bool end_unwind_index(const std::vector<InputFile*>& files);

}  // namespace kbx::link
