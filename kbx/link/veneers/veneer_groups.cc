#include "kbx/link/veneers/veneer_groups.h"

#include <vector>

namespace kbx::link {
namespace {

using Code = std::vector<InputSection*>;

std::unordered_map<const OutputSection*, Code> code_by_output(const Plan& plan) {
  std::unordered_map<const OutputSection*, Code> all;
  for (const Slot* slot = plan.slots.first(); slot; slot = slot->next)
    for (const Item& item : slot->items)
      for (InputSection* input : item.inputs)
        if (input->output && !input->is_discarded && (input->output->traits & trait_code) &&
            (input->traits & trait_code) && !(input->traits & trait_exclude))
          all[input->output].push_back(input);
  return all;
}

/// The first section from `next` on that does not end within `size` bytes of `start`.
std::size_t end_within(const Code& code, std::size_t next, std::uint64_t start,
                       std::uint64_t size) {
  while (next < code.size() && code[next]->output_offset + code[next]->size - start < size) ++next;
  return next;
}

void group(const Code& code, const GroupSize& size, VeneerGroups& groups) {
  std::size_t head = 0;
  while (head < code.size()) {
    std::size_t end = end_within(code, head + 1, code[head]->output_offset, size.bytes);
    InputSection* const last = code[end - 1];
    if (!size.is_behind_branches)
      end = end_within(code, end, last->output_offset + last->size, size.bytes);
    for (; head < end; ++head) groups[code[head]] = last;
  }
}

}  // namespace

VeneerGroups group_code(const Plan& plan, const GroupSize& size) {
  VeneerGroups groups;
  for (const auto& [output, code] : code_by_output(plan)) group(code, size, groups);
  return groups;
}

}  // namespace kbx::link
