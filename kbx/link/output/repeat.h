#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace kbx::link {

/// Fills `size` bytes at `place` with `pattern`, which is not empty, again and again. What is
/// written already is copied: a gap before an aligned section may have megabytes.
inline void repeat(std::string_view pattern, char* place, std::size_t size) {
  std::size_t done = std::min(pattern.size(), size);
  std::memcpy(place, pattern.data(), done);
  while (done < size) {
    const std::size_t more = std::min(done, size - done);
    std::memcpy(place + done, place, more);
    done += more;
  }
}

}  // namespace kbx::link
