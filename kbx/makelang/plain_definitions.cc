// A kernel's auto.conf defines a variable per option of its configuration, several thousand, and a
// build reads it once per make process, to look at some dozens of them. So the file is gone through
// once for the places of names and values; variables are made of those that are asked for.
#include "kbx/makelang/plain_definitions.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "kbx/makelang/scan.h"

namespace kbx::makelang {

std::shared_ptr<const PlainDefinitions> PlainDefinitions::of(std::string&& text) {
  constexpr size_t worthwhile = 4096;
  if (text.size() < worthwhile || text.size() > std::numeric_limits<std::uint32_t>::max())
    return nullptr;
  const size_t equals = text.find('=');
  if (equals == std::string::npos || (equals > 0 && !is_name_letter(text[equals - 1])))
    return nullptr;
  std::shared_ptr<PlainDefinitions> file(new PlainDefinitions(std::move(text)));
  if (!file->read()) {
    text = std::move(file->text_);
    return nullptr;
  }
  file->index();
  return file;
}

bool PlainDefinitions::read() {
  const std::string_view text = text_;
  std::uint32_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const void* newline = std::memchr(text.data() + begin, '\n', text.size() - begin);
    const size_t end = newline
                           ? static_cast<size_t>(static_cast<const char*>(newline) - text.data())
                           : text.size();
    ++number;
    const std::string_view line = text.substr(begin, end - begin);
    const size_t start = std::exchange(begin, end + 1);
    if (line.empty()) continue;
    if (line.back() == '\\') return false;
    if (line[0] == '#') continue;
    size_t at = 0;
    while (at < line.size() && is_name_letter(line[at])) ++at;
    if (at == 0 || at == line.size() || line[at] != '=') return false;
    const std::string_view value = skip_space(line.substr(at + 1));
    if (std::memchr(value.data(), '#', value.size())) return false;
    entries_.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(at),
                        static_cast<std::uint32_t>(end - value.size()),
                        static_cast<std::uint32_t>(end), number});
  }
  return true;
}

void PlainDefinitions::index() {
  slots_.assign(std::bit_ceil(entries_.size() * 2 + 1), 0);
  for (size_t i = 0; i < entries_.size(); ++i)
    slots_[slot_of(name_of(entries_[i]))] = static_cast<std::uint32_t>(i + 1);
}

namespace {

/// Names of a configuration differ at their ends. Cheap, as each of thousands is put in once and a
/// few are looked up.
size_t hash_of(std::string_view name) {
  std::uint64_t last = 0;
  std::uint64_t before = 0;
  constexpr size_t word = sizeof last;
  const size_t size = std::min(name.size(), word);
  std::memcpy(&last, name.data() + name.size() - size, size);
  if (name.size() >= 2 * word) std::memcpy(&before, name.data() + name.size() - 2 * word, word);
  std::uint64_t mixed = (last ^ (before * 0x9E3779B97F4A7C15U)) + name.size();
  mixed *= 0xD6E8FEB86659FD93U;
  return static_cast<size_t>(mixed ^ (mixed >> 32U));
}

}  // namespace

/// Where the name is, or belongs.
size_t PlainDefinitions::slot_of(std::string_view name) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash_of(name) & mask;
  while (slots_[slot] != 0 && name_of(entries_[slots_[slot] - 1]) != name) slot = (slot + 1) & mask;
  return slot;
}

std::optional<PlainDefinitions::Found> PlainDefinitions::find(std::string_view name) const {
  const std::uint32_t number = slots_[slot_of(name)];
  if (number == 0) return {};
  const Entry& entry = entries_[number - 1];
  return Found{std::string_view(text_).substr(entry.value_begin, entry.end - entry.value_begin),
               entry.line};
}

std::shared_ptr<const PlainDefinitions> PlainFiles::get(std::string&& text) {
  for (const auto& file : known_)
    if (file->text() == text) return file;
  auto file = PlainDefinitions::of(std::move(text));
  if (file) known_.push_back(file);
  return file;
}

}  // namespace kbx::makelang
