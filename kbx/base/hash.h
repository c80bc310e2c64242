#pragma once
#include <string>
#include <string_view>

namespace kbx {

/// 32 hexadecimal digits that stand for `content` in caches (XXH3, 128 bits). Not for security.
std::string content_hash(std::string_view content);

}  // namespace kbx
