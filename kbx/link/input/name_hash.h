#pragma once
#include <cstdint>
#include <string_view>

namespace kbx::link {

/// BFD's hash of a name (bfd/hash.c in GNU binutils 2.40), which the order of GNU ld's outputs
/// depends on.
std::uint64_t name_hash(std::string_view name);

}  // namespace kbx::link
