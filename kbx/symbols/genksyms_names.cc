#include "kbx/symbols/genksyms_names.h"

namespace kbx::symbols::genksyms_detail {
namespace {

constexpr std::size_t first_size = std::size_t{1} << 14;

constexpr std::array<char, 256> make_characters() {
  std::array<char, 256> characters{};
  for (std::size_t i = 0; i < characters.size(); ++i) characters[i] = static_cast<char>(i);
  return characters;
}
constexpr std::array<char, 256> characters = make_characters();

/// Names are compared by text only in the slot that their hash leads to; its low bits are worn by the multiplication.
constexpr std::size_t slot_of(std::uint32_t hash, std::size_t size) {
  return (hash ^ hash >> 15) & (size - 1);
}

}  // namespace

Names::Names(Arena& arena) : arena_(arena), slots_(first_size) {
  for (std::size_t i = 0; i < characters.size(); ++i) characters_[i] = intern({&characters[i], 1});
}

std::uint32_t Names::hash_of(std::string_view text) {
  std::uint32_t hash = hash_start;
  for (const char c : text) hash = hash_step(hash, c);
  return hash;
}

Name* Names::intern(std::string_view text, std::uint32_t hash) {
  std::size_t slot = slot_of(hash, slots_.size());
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
    std::size_t slot = slot_of(name->hash, larger.size());
    while (larger[slot]) slot = (slot + 1) & (larger.size() - 1);
    larger[slot] = name;
  }
  slots_.swap(larger);
}

}  // namespace kbx::symbols::genksyms_detail
