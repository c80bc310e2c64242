#include "kbx/cpp/names.h"

#include <string>

namespace kbx::cpp::detail {

Name* NameTable::intern(const char* text, std::size_t size) {
  if (Name* known = find(text, size)) return known;
  if (++count_ * 2 > slots_.size()) grow();
  Name* name = arena_.make<Name>();
  name->text = text;
  name->size = static_cast<std::uint32_t>(size);
  name->hash = hash_of(text, size);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = name->hash & mask;
  while (slots_[at].name) at = (at + 1) & mask;
  slots_[at] = {name, name->hash};
  return name;
}

Name* NameTable::intern(std::string_view text) {
  std::string padded(text);
  padded.append(8, '\0');
  return intern(arena_.copy(padded).data(), text.size());
}

void NameTable::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (!slot.name) continue;
    std::size_t at = slot.hash & mask;
    while (larger[at].name) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

}  // namespace kbx::cpp::detail
