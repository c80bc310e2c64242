#include "kbx/link/layout/empty_sections.h"

#include <algorithm>

/// Output sections that stay empty, after ld's manual, chapter "Output Section Discarding", and
/// where their symbols go, as GNU ld 2.40 decides it.
namespace kbx::link {
namespace {

bool may_still_grow(const Slot& slot, const LayoutRules& rules) {
  return std::ranges::any_of(slot.items, [&](const Item& item) {
    return std::ranges::any_of(item.inputs, [&](const InputSection* input) {
      if (input->is_discarded || (input->traits & trait_exclude)) return false;
      return (input->traits & trait_linker_created) || rules.keeps_empty_input;
    });
  });
}

/// What KEEP matches keeps its output section, empty or not.
bool is_kept(const Slot& slot) {
  return std::ranges::any_of(slot.items, [](const Item& item) {
    const auto* input =
        item.statement ? std::get_if<script::InputSections>(item.statement) : nullptr;
    return input && input->keep && !item.inputs.empty();
  });
}

}  // namespace

void remove_empty_sections(Plan& plan, const LayoutRules& rules) {
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->section || slot->constraint == Slot::Constraint::unmet) continue;
    OutputSection& section = *slot->section;
    if (section.size != 0 || section.is_kept || section.is_removed || is_kept(*slot) ||
        may_still_grow(*slot, rules))
      continue;
    // The end of an overlay moves dot even where its last section is gone.
    slot->is_ignored = !slot->defines_symbols && !slot->after;
    plan.sections.remove(&section);
  }
}

OutputSection* neighbour(const OutputSections& sections, const OutputSection& removed,
                         std::uint64_t address) {
  OutputSection* before = removed.previous;
  while (before && before->is_removed) before = before->previous;
  OutputSection* after = removed.previous ? removed.previous->next : sections.first();
  while (after && after->is_removed) after = after->next;
  if (!before || !after) return before ? before : after;
  const Traits between = before->traits ^ after->traits;
  const Traits from_after = after->traits ^ removed.traits;
  bool takes_before = false;
  if (between & (trait_alloc | trait_thread_local | trait_load))
    takes_before = (from_after & (trait_alloc | trait_thread_local)) != 0 ||
                   ((before->traits & trait_load) && !(after->traits & trait_load));
  else if (between & trait_readonly)
    takes_before = (from_after & trait_readonly) != 0;
  else if (between & trait_code)
    takes_before = (from_after & trait_code) != 0;
  else
    takes_before = address < after->address;
  return takes_before ? before : after;
}

}  // namespace kbx::link
