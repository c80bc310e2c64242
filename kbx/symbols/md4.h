#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace kbx::symbols {

/// The MD4 message digest (RFC 1320). Broken as cryptography; the kernel's srcversion is made of
/// it.
class Md4 {
 public:
  void add(char byte);
  /// The four words of the digest of all bytes added. Call it once, at the end.
  std::array<std::uint32_t, 4> finish();

 private:
  void transform();

  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<unsigned char, 64> block_ = {};
  std::uint64_t length_ = 0;  // in bytes
};

}  // namespace kbx::symbols
