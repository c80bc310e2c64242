#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kbx {

/// 32 hexadecimal digits that stand for `content` in caches (XXH3, 128 bits). Not for security.
std::string content_hash(std::string_view content);

/// 64 bits that stand for `content` in tables that are kept (XXH3). Not for security.
std::uint64_t short_hash(std::string_view content);

}  // namespace kbx
