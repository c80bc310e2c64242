#pragma once
#include <unordered_map>

#include "kbx/link/input/file.h"
#include "kbx/link/resolve/same_symbols.h"

namespace kbx::link {

/// What becomes of a relocation that refers to what was discarded, as bits; 0: it gets the value 0.
enum DiscardedAction : unsigned { complain_of_discarded = 1, take_kept_section = 2 };

/// … of one in `section`: debugging information follows to the section that was kept instead,
/// unwind tables get nothing, everything else is an error (GNU ld's elf_default_action_discarded).
unsigned action_in(const InputSection& section);

/// Finds what takes the place of discarded sections. Each answer is worked out once: debugging
/// information refers to a section many times.
class KeptSections {
 public:
  /// The section that replaces a discarded one, if it is as large; or null.
  InputSection* of(const InputSection& section);

 private:
  InputSection* find(const InputSection& section);

  SectionSymbols symbols_;
  std::unordered_map<const InputSection*, InputSection*> known_;
};

}  // namespace kbx::link
