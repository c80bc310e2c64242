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

/// The bytes at a place as a number, whatever the byte order: it is for hashing only.
template <typename Number>
std::uint64_t load(const char* from) {
  Number value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// All bytes of a short text, some twice.
std::uint64_t load_short(std::string_view text) {
  const char* first = text.data();
  const std::size_t size = text.size();
  if (size >= 4) return load<std::uint32_t>(first) | load<std::uint32_t>(first + size - 4) << 32;
  if (size == 0) return 0;
  return load<std::uint8_t>(first) | load<std::uint8_t>(first + size / 2) << 8 |
         load<std::uint8_t>(first + size - 1) << 16;
}

std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  constexpr std::size_t step = sizeof(std::uint64_t);
  std::uint64_t hash = text.size() * factor;
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * factor;
    hash ^= hash >> 32;
  };
  if (text.size() < step) {
    add(load_short(text));
  } else {
    for (std::size_t at = 0; text.size() - at > step; at += step)
      add(load<std::uint64_t>(text.data() + at));
    add(load<std::uint64_t>(text.data() + text.size() - step));
  }
  return static_cast<std::uint32_t>(hash);
}

}  // namespace

Names::Names(Arena& arena) : arena_(arena), slots_(first_size) {
  for (std::size_t i = 0; i < characters.size(); ++i) characters_[i] = intern({&characters[i], 1});
}

Name* Names::intern(std::string_view text) {
  const std::uint32_t hash = hash_of(text);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].name; at = (at + 1) & (slots_.size() - 1))
    if (slots_[at].hash == hash && slots_[at].name->text == text) return slots_[at].name;
  Name* name = arena_.make<Name>(text);
  slots_[at] = {hash, name};
  if (++count_ * 2 > slots_.size()) grow();
  return name;
}

void Names::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  for (const Slot& slot : slots_) {
    if (!slot.name) continue;
    std::size_t at = slot.hash & (larger.size() - 1);
    while (larger[at].name) at = (at + 1) & (larger.size() - 1);
    larger[at] = slot;
  }
  slots_.swap(larger);
}

}  // namespace kbx::symbols::genksyms_detail
