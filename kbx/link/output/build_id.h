#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::link {

/// How many bytes a build ID of that style has ("sha1", "md5", "uuid", "0xHEX"); 0: no such style.
std::size_t build_id_size(std::string_view style);

/// The build ID of a file that consists of these parts, one behind the other.
std::string make_build_id(std::string_view style, const std::vector<std::string_view>& parts);

}  // namespace kbx::link
