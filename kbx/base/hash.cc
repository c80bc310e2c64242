#include "kbx/base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace kbx {

std::string content_hash(std::string_view content) {
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::uint64_t short_hash(std::string_view content) {
  return XXH3_64bits(content.data(), content.size());
}

}  // namespace kbx
