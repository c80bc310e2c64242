#include "kbx/link/resolve/discarded.h"

#include <string_view>

namespace kbx::link {

unsigned action_in(const InputSection& section) {
  if (section.traits & trait_debugging) return take_kept_section;
  for (const std::string_view name : {".eh_frame", ".sframe", ".gcc_except_table"})
    if (section.name == name) return 0;
  return complain_of_discarded | take_kept_section;
}

InputSection* KeptSections::of(const InputSection& section) {
  const auto [entry, is_new] = known_.try_emplace(&section, nullptr);
  if (is_new) entry->second = find(section);
  return entry->second;
}

InputSection* KeptSections::find(const InputSection& section) {
  InputSection* kept = section.kept;
  if (!kept) return nullptr;
  if (kept->traits & trait_group) {
    InputSection* const first = kept->next_in_group;
    kept = nullptr;
    for (InputSection* member = first; member;) {
      if (symbols_.are_same(*member, section)) {
        kept = member;
        break;
      }
      member = member->next_in_group == first ? nullptr : member->next_in_group;
    }
  }
  if (!kept || kept->content.size() != section.content.size()) return nullptr;
  while (kept->kept) kept = kept->kept;
  return kept;
}

}  // namespace kbx::link
