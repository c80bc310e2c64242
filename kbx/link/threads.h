#pragma once
#include <cstddef>

#include "kbx/base/parallel.h"
#include "kbx/link/options.h"

namespace kbx::link {

/// On how many threads large work is done: what --threads says, otherwise all processors.
inline unsigned threads_for(const Options& options) {
  return options.threads != 0 ? options.threads : processors();
}

/// … and work on so many bytes: without --threads, starting threads for less than a megabyte would
/// only delay it.
inline unsigned threads_for(const Options& options, std::size_t bytes) {
  constexpr std::size_t small = std::size_t{1} << 20;
  return options.threads == 0 && bytes < small ? 1 : threads_for(options);
}

}  // namespace kbx::link
