#include "kbx/link/relocate/pairs.h"

#include <algorithm>

namespace kbx::link {

void Pairs::finish() {
  const auto before = [](const Relocation& a, const Relocation& b) { return a.offset < b.offset; };
  if (!std::is_sorted(first_parts_.begin(), first_parts_.end(), before))
    std::stable_sort(first_parts_.begin(), first_parts_.end(), before);
}

const Relocation* Pairs::find(const Referent& referent, const InputSection& section) const {
  if (referent.section != &section) return nullptr;
  const std::uint64_t offset = referent.global ? referent.global->value : referent.local->value;
  const auto found =
      std::lower_bound(first_parts_.begin(), first_parts_.end(), offset,
                       [](const Relocation& one, std::uint64_t at) { return one.offset < at; });
  return found != first_parts_.end() && found->offset == offset ? &*found : nullptr;
}

}  // namespace kbx::link
