#pragma once
#include <cstdint>
#include <functional>
#include <unordered_map>

#include "kbx/link/layout/output_section.h"
#include "kbx/link/layout/slot.h"

namespace kbx::link {

/// --enable-non-contiguous-regions: every output section whose patterns match it has an input
/// section in its list, and the first with room for it in its memory region keeps it. The others
/// let go of it as soon as that is known, once and for all.
class Spill {
 public:
  /// Places the input of `item`, whose output section is `slot`'s, from `dot` on: what has another
  /// place already, or no room here, leaves the list. `place` gives an input section its place and
  /// returns the end of it. Gives the end of all; behind what had no room there is none for
  /// anything else.
  std::uint64_t place(
      const Slot& slot, Item& item, std::uint64_t dot,
      const std::function<std::uint64_t(InputSection& input, std::uint64_t dot)>& place);

  /// Discards what no output section had room for, when addresses are final. Gives these sections.
  std::vector<InputSection*> discard_rest(const std::vector<InputFile*>& files) const;

 private:
  std::unordered_map<const InputSection*, const OutputSection*> taken_;
};

}  // namespace kbx::link
