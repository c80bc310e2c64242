#pragma once
#include <cstdint>
#include <string_view>

namespace kbx::symbols {

/// The CRC-32 of IEEE 802.3 (polynomial 0xedb88320, reflected), continued over `text` from `state`.
/// A checksum starts from crc32_start and ends with an exclusive or with it.
std::uint32_t crc32_continue(std::uint32_t state, std::string_view text);

inline constexpr std::uint32_t crc32_start = 0xffffffff;

}  // namespace kbx::symbols
