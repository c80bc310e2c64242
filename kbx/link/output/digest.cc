#include "kbx/link/output/digest.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

/// The two hash functions of build IDs, after FIPS 180-4 and RFC 1321. Both take 64 bytes at a time
/// and end with a 1 bit, zeros and the length in bits; they differ in the mixing and in the order
/// of bytes.
namespace kbx::link {
namespace {

constexpr std::size_t block_size = 64;

std::uint32_t big(const unsigned char* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

std::uint32_t little(const unsigned char* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return std::endian::native == std::endian::little ? value : __builtin_bswap32(value);
}

struct Sha1 {
  static constexpr bool is_big_endian = true;
  std::array<std::uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

  void take(const unsigned char* block) {
    std::uint32_t w[80];
    for (std::size_t i = 0; i < 16; ++i) w[i] = big(block + 4 * i);
    for (std::size_t i = 16; i < 80; ++i)
      w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    std::uint32_t a = state[0];
    std::uint32_t b = state[1];
    std::uint32_t c = state[2];
    std::uint32_t d = state[3];
    std::uint32_t e = state[4];
    const auto step = [&](std::uint32_t f, std::uint32_t k, std::uint32_t word) {
      const std::uint32_t next = std::rotl(a, 5) + f + e + k + word;
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    };
    for (std::size_t i = 0; i < 20; ++i) step(d ^ (b & (c ^ d)), 0x5a827999, w[i]);
    for (std::size_t i = 20; i < 40; ++i) step(b ^ c ^ d, 0x6ed9eba1, w[i]);
    for (std::size_t i = 40; i < 60; ++i) step((b & c) | (d & (b | c)), 0x8f1bbcdc, w[i]);
    for (std::size_t i = 60; i < 80; ++i) step(b ^ c ^ d, 0xca62c1d6, w[i]);
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
  }
};

struct Md5 {
  static constexpr bool is_big_endian = false;
  std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

  /// The table T of RFC 1321: the first 32 bits of |sin(i + 1)|.
  static const std::array<std::uint32_t, 64>& sines() {
    static const std::array<std::uint32_t, 64> table = [] {
      std::array<std::uint32_t, 64> values{};
      for (std::size_t i = 0; i < 64; ++i)
        values[i] = static_cast<std::uint32_t>(
            std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
      return values;
    }();
    return table;
  }

  void take(const unsigned char* block) {
    constexpr int shifts[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    const auto& table = sines();
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
      std::uint32_t f = 0;
      std::size_t word = 0;
      switch (i / 16) {
        case 0:
          f = d ^ (b & (c ^ d));
          word = i;
          break;
        case 1:
          f = c ^ (d & (b ^ c));
          word = (5 * i + 1) % 16;
          break;
        case 2:
          f = b ^ c ^ d;
          word = (3 * i + 5) % 16;
          break;
        default:
          f = c ^ (b | ~d);
          word = 7 * i % 16;
          break;
      }
      const std::uint32_t sum = a + f + table[i] + little(block + 4 * word);
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, shifts[i / 16][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
};

template <typename Function>
std::string digest(const std::vector<std::string_view>& parts) {
  Function function;
  unsigned char block[block_size];
  std::size_t filled = 0;
  std::uint64_t length = 0;
  for (const std::string_view part : parts) {
    const auto* at = reinterpret_cast<const unsigned char*>(part.data());
    std::size_t left = part.size();
    length += left;
    if (filled != 0) {
      const std::size_t count = std::min(left, block_size - filled);
      std::memcpy(block + filled, at, count);
      filled += count;
      at += count;
      left -= count;
      if (filled < block_size) continue;
      function.take(block);
      filled = 0;
    }
    for (; left >= block_size; left -= block_size, at += block_size) function.take(at);
    if (left != 0) std::memcpy(block, at, left);
    filled = left;
  }
  block[filled++] = 0x80;
  if (filled > block_size - 8) {
    std::memset(block + filled, 0, block_size - filled);
    function.take(block);
    filled = 0;
  }
  std::memset(block + filled, 0, block_size - 8 - filled);
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t shift = 8 * (Function::is_big_endian ? 7 - i : i);
    block[block_size - 8 + i] = static_cast<unsigned char>(length * 8 >> shift);
  }
  function.take(block);
  std::string result;
  for (const std::uint32_t word : function.state)
    for (unsigned i = 0; i < 4; ++i)
      result += static_cast<char>(word >> 8 * (Function::is_big_endian ? 3 - i : i));
  return result;
}

}  // namespace

std::string sha1(const std::vector<std::string_view>& parts) {
  return digest<Sha1>(parts);
}

std::string md5(const std::vector<std::string_view>& parts) {
  return digest<Md5>(parts);
}

}  // namespace kbx::link
