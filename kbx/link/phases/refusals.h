#pragma once
#include <cstdint>

#include "kbx/link/options.h"

namespace kbx::link {

/// What GNU ld would do in a final link and this linker does not is said, never passed over: throws
/// Error if `options` ask for something of the kind, or for a format that nobody knows.
void refuse_unsupported(const Options& options);

/// The same for a flat output (--oformat binary and its like), which has no place for what a
/// dynamic linker reads, nor for relocations; GNU ld 2.40 makes none of RISC-V code. `machine` is
/// EM_*.
void refuse_unsupported_flat(const Options& options, std::uint16_t machine);

}  // namespace kbx::link
