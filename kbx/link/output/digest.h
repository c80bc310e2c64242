#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// SHA-1 (FIPS 180-4) of the parts, one behind the other: 20 bytes. Names content; protects
/// nothing.
std::string sha1(const std::vector<std::string_view>& parts);

/// MD5 (RFC 1321), likewise: 16 bytes.
std::string md5(const std::vector<std::string_view>& parts);

}  // namespace kbx::link
