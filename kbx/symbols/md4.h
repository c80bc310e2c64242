#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace kbx::symbols {

/// The MD4 message digest (RFC 1320). Broken as cryptography; the kernel's srcversion is made of
/// it.
/// With `big_endian_words` the message's words are read in the other byte order than RFC 1320 says,
/// as scripts/mod/sumversion.c does on every machine; the length after them stays as it is.
class Md4 {
 public:
  explicit Md4(bool big_endian_words = false) : big_endian_words_(big_endian_words) {}
  void add(char byte);
  /// The four words of the digest of all bytes added. Call it once, at the end.
  std::array<std::uint32_t, 4> finish();

 private:
  void transform();

  bool big_endian_words_;
  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<unsigned char, 64> block_ = {};
  std::uint64_t length_ = 0;  // in bytes
};

}  // namespace kbx::symbols
