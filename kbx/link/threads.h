#pragma once
#include <algorithm>
#include <thread>

#include "kbx/link/options.h"

namespace kbx::link {

/// How many threads may work at a time: as many as --threads says, else one for each processor.
inline unsigned thread_count(const Options& options) {
  return options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace kbx::link
