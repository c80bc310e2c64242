#pragma once
#include <cstddef>

namespace kbx::fuzz {

/// What this program holds by operator new, in bytes, since the last reset_memory_peak: the most at
/// one time.
std::size_t memory_peak();
void reset_memory_peak();

/// From now on the program aborts when it would hold more than `bytes`.
void set_memory_bound(std::size_t bytes);

}  // namespace kbx::fuzz
