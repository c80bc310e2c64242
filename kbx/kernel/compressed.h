#pragma once
#include <string>
#include <string_view>

namespace kbx::kernel {

/// What `packed` holds, a whole file compressed with gzip, xz, zstd, bzip2 or lz4. `path` is for
/// messages. Throws Error if it is damaged or holds more than 1 GiB.
std::string unpacked(std::string_view packed, const std::string& path);

}  // namespace kbx::kernel
