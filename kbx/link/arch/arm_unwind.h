#pragma once
#include <deque>
#include <vector>

#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/file.h"

namespace kbx::link {

/// The bytes of an entry of .ARM.exidx.
inline constexpr std::uint64_t unwind_entry_size = 8;

/// Where code without unwind entries follows code with them, the index of the latter needs an entry
/// that ends it (EXIDX_CANTUNWIND; Exception Handling ABI for the Arm Architecture, "Index table
/// entries"). Sets InputSection::unwind_end of such an index to the code behind whose end nothing
/// is known, and makes its room. True if a size changed. Sections must have offsets.
bool end_unwind_index(const std::vector<InputFile*>& files);

/// The same for a final link, whose index also ends behind the last code; entries that say what the
/// one before them says are dropped (InputSection::edit, made in `edits`), those with unwinding
/// instructions only with `merges_equal`. Sections must have addresses.
bool edit_unwind_index(const std::vector<InputFile*>& files, bool merges_equal,
                       std::deque<EhFrameEdit>& edits);

/// Copies what stays of an index to `place`, before its relocations are applied.
void write_unwind_index(const InputSection& index, char* place);

/// Writes the entry that ends an index whose unwind_end is set; `place` is where the index starts
/// in the output.
void write_unwind_end(const InputSection& index, char* place);

}  // namespace kbx::link
