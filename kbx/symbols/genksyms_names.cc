#include "kbx/symbols/genksyms_names.h"

#include <cstring>

namespace kbx::symbols::genksyms_detail {
namespace {

constexpr std::size_t first_size = std::size_t{1} << 15;

constexpr std::array<char, 256> make_characters() {
  std::array<char, 256> characters{};
  for (std::size_t i = 0; i < characters.size(); ++i) characters[i] = static_cast<char>(i);
  return characters;
}
constexpr std::array<char, 256> characters = make_characters();

/// Up to eight bytes as a number, whatever the byte order: it is for hashing only.
std::uint64_t load(const char* from, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, size);
  return value;
}

std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = text.size();
  std::size_t at = 0;
  for (; text.size() - at >= sizeof hash; at += sizeof hash) hash = (hash ^ load(text.data() + at, sizeof hash)) * factor;
  hash = (hash ^ load(text.data() + at, text.size() - at)) * factor;
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

Names::Names(Arena& arena) : arena_(arena), slots_(first_size) {
  for (std::size_t i = 0; i < characters.size(); ++i) characters_[i] = intern({&characters[i], 1});
}

Name* Names::intern(std::string_view text) {
  const std::uint32_t hash = hash_of(text);
  std::size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot]; slot = (slot + 1) & (slots_.size() - 1))
    if (slots_[slot]->hash == hash && slots_[slot]->text == text) return slots_[slot];
  Name* name = arena_.make<Name>(text, hash);
  slots_[slot] = name;
  if (++count_ * 2 > slots_.size()) grow();
  return name;
}

void Names::grow() {
  std::vector<Name*> larger(slots_.size() * 2);
  for (Name* name : slots_) {
    if (!name) continue;
    std::size_t slot = name->hash & (larger.size() - 1);
    while (larger[slot]) slot = (slot + 1) & (larger.size() - 1);
    larger[slot] = name;
  }
  slots_.swap(larger);
}

}  // namespace kbx::symbols::genksyms_detail
