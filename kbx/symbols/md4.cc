#include "kbx/symbols/md4.h"

#include <bit>

/// MD4 after RFC 1320, sections 3.1 to 3.5: the message is padded to whole blocks of 64 bytes, each
/// block taken as sixteen little-endian words and mixed into four words of state in three rounds
/// of sixteen steps. The rounds differ in their function, constant, order of words and shifts.
namespace kbx::symbols {
namespace {

using Word = std::uint32_t;

struct Round {
  Word (*mix)(Word, Word, Word);
  Word constant;
  std::array<int, 4> shifts;
  std::array<size_t, 16> order;
};

constexpr Word choose(Word x, Word y, Word z) {
  return (x & y) | (~x & z);
}
constexpr Word majority(Word x, Word y, Word z) {
  return (x & y) | (x & z) | (y & z);
}
constexpr Word parity(Word x, Word y, Word z) {
  return x ^ y ^ z;
}

constexpr std::array<Round, 3> rounds = {{
    {choose, 0, {3, 7, 11, 19}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    {majority, 0x5a827999, {3, 5, 9, 13}, {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}},
    {parity, 0x6ed9eba1, {3, 9, 11, 15}, {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}},
}};

}  // namespace

void Md4::transform() {
  std::array<Word, 16> words = {};
  for (size_t i = 0; i < block_.size(); ++i)
    words[i / 4] |= static_cast<Word>(block_[i]) << (8 * (big_endian_words_ ? 3 - i % 4 : i % 4));
  std::array<Word, 4> s = state_;
  for (const Round& round : rounds) {
    for (size_t step = 0; step < 16; ++step) {
      // The words take turns: a, d, c, b.
      const size_t a = (16 - step) % 4;
      const Word mixed = round.mix(s[(a + 1) % 4], s[(a + 2) % 4], s[(a + 3) % 4]);
      s[a] = std::rotl(s[a] + mixed + words[round.order[step]] + round.constant,
                       round.shifts[step % 4]);
    }
  }
  for (size_t i = 0; i < s.size(); ++i) state_[i] += s[i];
}

void Md4::add(char byte) {
  block_[length_ % block_.size()] = static_cast<unsigned char>(byte);
  if (++length_ % block_.size() == 0) transform();
}

std::array<std::uint32_t, 4> Md4::finish() {
  const std::uint64_t bits = length_ * 8;
  add(static_cast<char>(0x80));
  while (length_ % block_.size() != 56) add(0);
  for (int byte = 0; byte < 8; ++byte) {
    const int place = big_endian_words_ ? byte ^ 3 : byte;
    add(static_cast<char>(bits >> (8 * place) & 0xff));
  }
  return state_;
}

}  // namespace kbx::symbols
