#include "kbx/link/input/name_hash.h"

namespace kbx::link {

std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0;
  for (const char character : name) {
    const std::uint32_t byte = static_cast<unsigned char>(character);
    hash += byte + (byte << 17);
    hash ^= hash >> 2;
  }
  const auto length = static_cast<std::uint32_t>(name.size());
  hash += length + (length << 17);
  hash ^= hash >> 2;
  return hash;
}

}  // namespace kbx::link
