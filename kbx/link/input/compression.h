#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kbx/base/arena.h"

namespace kbx::link {

/// How a section's content is packed: ch_type of its header (ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD).
enum class Compression : std::uint32_t { zlib = 1, zstd = 2 };

/// The `size` bytes that `packed` holds, in the arena. Null data if it holds anything else, or
/// fewer bytes. Throws Error if the library for it is not there.
std::string_view unpack(Compression kind, std::string_view packed, std::uint64_t size,
                        Arena& arena);

/// `content` packed as GNU ld packs it, with each library's default level. Throws Error if the
/// library for it is not there.
std::string pack(Compression kind, std::string_view content);

}  // namespace kbx::link
