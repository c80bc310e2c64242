#pragma once
#include <functional>
#include <string>

#include "kbx/link/options.h"

namespace kbx::link {

/// What the linker says besides its error: a warning, a traced file, a printed table.
using Say = std::function<void(const std::string& line)>;

/// Links as `options` tell and writes the output: whole and under its final name, or not at all;
/// what is no regular file (a FIFO, /dev/null) is written into, never replaced. Gives what GNU ld
/// 2.40 would give, but for what docs/differences.md lists. The result does not depend on the
/// number of threads. Throws Error if the link fails.
void link(const Options& options, const Say& warn);

}  // namespace kbx::link
