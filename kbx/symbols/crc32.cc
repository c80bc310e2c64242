#include "kbx/symbols/crc32.h"

#include <array>
#include <cstddef>

// One table gives the effect of a byte; table n gives the effect of a byte that n more bytes
// follow. With eight of them, eight bytes are taken at a step (slicing by eight).

namespace kbx::symbols {
namespace {

constexpr std::uint32_t polynomial = 0xedb88320;
constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? polynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t slice = 1; slice < slices; ++slice)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  return tables;
}

constexpr Tables tables = make_tables();

constexpr std::uint32_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

std::uint32_t crc32_continue(std::uint32_t state, std::string_view text) {
  std::size_t at = 0;
  for (; text.size() - at >= slices; at += slices) {
    const std::uint32_t low = state ^ (byte_at(text, at) | byte_at(text, at + 1) << 8 |
                                       byte_at(text, at + 2) << 16 | byte_at(text, at + 3) << 24);
    state = tables[7][low & 0xff] ^ tables[6][(low >> 8) & 0xff] ^ tables[5][(low >> 16) & 0xff] ^
            tables[4][low >> 24] ^ tables[3][byte_at(text, at + 4)] ^
            tables[2][byte_at(text, at + 5)] ^ tables[1][byte_at(text, at + 6)] ^
            tables[0][byte_at(text, at + 7)];
  }
  for (; at < text.size(); ++at)
    state = tables[0][(state ^ byte_at(text, at)) & 0xff] ^ (state >> 8);
  return state;
}

}  // namespace kbx::symbols
