#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kbx::link {

/// Where the addresses of a link map stand, and the file of an archive's member.
inline constexpr std::size_t map_name_column = 16;
inline constexpr std::size_t map_member_column = 30;

/// `text` filled up to `column`; on a line of its own if nothing would be left between.
std::string map_column(std::string text, std::size_t column);

/// "0x" and as many digits as the machine's addresses have.
std::string map_address(std::uint64_t address, bool is_64bit);

/// A size in its column of ten.
std::string map_size(std::uint64_t size);

/// A symbol's name as it is shown: of C++ as it was written.
std::string map_symbol(std::string_view name, bool is_demangled);

}  // namespace kbx::link
