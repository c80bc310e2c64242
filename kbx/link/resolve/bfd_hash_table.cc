#include "kbx/link/resolve/bfd_hash_table.h"

#include <algorithm>
#include <iterator>

namespace kbx::link {
namespace {

/// The largest primes below the powers of two.
constexpr std::uint64_t sizes[] = {
    31,       61,        127,       251,       509,        1021,       2039,
    4093,     8191,      16381,     32749,     65521,      131071,     262139,
    524287,   1048573,   2097143,   4194301,   8388593,    16777213,   33554393,
    67108859, 134217689, 268435399, 536870909, 1073741789, 2147483647, 4294967291,
};

}  // namespace

std::size_t next_table_size(std::size_t size) {
  const auto* next = std::upper_bound(std::begin(sizes), std::end(sizes), size);
  return next == std::end(sizes) ? 0 : static_cast<std::size_t>(*next);
}

}  // namespace kbx::link
