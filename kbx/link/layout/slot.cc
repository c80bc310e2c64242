#include "kbx/link/layout/slot.h"

namespace kbx::link {

Slots::Slots() {
  storage_.emplace_back();
  last_ = head();
}

Slot* Slots::add() {
  Slot* slot = &storage_.emplace_back();
  slot->previous = last_;
  last_->next = slot;
  last_ = slot;
  return slot;
}

Slot* Slots::add(std::string_view name, Slot::Constraint constraint) {
  Slot* slot = add();
  slot->name = name;
  slot->constraint = constraint;
  by_name_.add(*slot);
  return slot;
}

Slot* Slots::find(std::string_view name) const {
  for (Slot* slot : named(name))
    if (slot->constraint != Slot::Constraint::unmet) return slot;
  return nullptr;
}

void Slots::unlink(Slot* slot) {
  slot->previous->next = slot->next;
  if (slot->next)
    slot->next->previous = slot->previous;
  else
    last_ = slot->previous;
}

void Slots::move_after(Slot* slot, Slot* place) {
  if (place == slot || slot->previous == place) return;
  unlink(slot);
  slot->previous = place;
  slot->next = place->next;
  if (place->next)
    place->next->previous = slot;
  else
    last_ = slot;
  place->next = slot;
}

Slot* end_of(Slots& slots, Slot* after, const Slot* stop) {
  Slot* assign = nullptr;
  bool ignores_first = after == slots.head();
  Slot* last = after;
  for (Slot* slot = after->next; slot && slot != stop; slot = slot->next) {
    if (slot->is_output_section()) {
      const bool takes_dot =
          !slot->section || !slot->section->has_input || (slot->section->traits & trait_alloc);
      if (assign && takes_dot) return assign->previous;
      return last;
    }
    if (!assign && slot->assignment && slot->assignment->symbol == ".") {
      if (!ignores_first) assign = slot;
      ignores_first = false;
    }
    last = slot;
  }
  return last;
}

}  // namespace kbx::link
