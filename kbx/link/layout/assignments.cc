#include <string_view>

#include "kbx/link/layout/sizing.h"

/// Symbols and data of the script between the passes that give addresses, and at the end. What is
/// followed is GNU ld 2.40: the location counter runs along without moving anything; a symbol that
/// was made of it outside of sections belongs to the section before it, or behind an assignment to
/// dot to the section after it, unless that stands behind the assignment to _end.
namespace kbx::link {
namespace {

/// A section that a symbol may belong to.
bool takes_symbols(const OutputSection& section) {
  return (section.traits & trait_alloc) && !(section.traits & trait_thread_local);
}

bool is_end(std::string_view name) {
  while (name.starts_with('_')) name.remove_prefix(1);
  return name == "end";
}

class SymbolAssigner {
 public:
  SymbolAssigner(Plan& plan, const ScriptActions& actions) : plan_(plan), actions_(actions) {}

  void run() {
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (slot->assignment) {
        if (slot->assignment->symbol == ".") prefers_next_ = true;
        note_end(*slot->assignment);
        dot_ = actions_.assign(*slot->assignment, {dot_, nullptr, section_for_dot(slot)});
      } else if (slot->assertion) {
        actions_.check(*slot->assertion, dot_, nullptr);
      } else if (slot->is_output_section() && slot->constraint != Slot::Constraint::unmet) {
        run(*slot);
      }
    }
  }

 private:
  void run(Slot& slot) {
    slot.is_behind_end = has_found_end_;
    if (!slot.section) return;
    OutputSection& section = *slot.section;
    if (!slot.is_ignored && (section.traits & trait_alloc)) {
      current_ = &slot;
      prefers_next_ = false;
    }
    std::uint64_t at = section.address;
    for (Item& item : slot.items) at = run(slot, item, at);
    if (slot.is_ignored) return;
    dot_ = section.address + (is_thread_local_bss(section) ? 0 : section.size);
    if (slot.after) dot_ = actions_.assign(*slot.after, {dot_, nullptr, nullptr});
  }

  std::uint64_t run(const Slot& slot, Item& item, std::uint64_t dot) {
    OutputSection& section = *slot.section;
    if (!slot.is_ignored)
      for (const InputSection* input : item.inputs)
        if (!input->is_discarded) dot = section.address + input->output_offset + input->size;
    if (!item.statement) return dot;
    if (const auto* assignment = std::get_if<script::Assignment>(item.statement)) {
      note_end(*assignment);
      actions_.assign(*assignment, {dot, &section, nullptr});
      return assignment->symbol == "." ? dot + item.gap : dot;
    }
    if (const auto* data = std::get_if<script::Data>(item.statement)) {
      item.value = actions_.evaluate(data->value, dot, &section).value_or(item.value);
      return dot + data_size(data->kind);
    }
    if (const auto* text = std::get_if<script::Asciz>(item.statement))
      return dot + text->text.size() + 1;
    if (const auto* assertion = std::get_if<script::Assertion>(item.statement))
      actions_.check(*assertion, dot, &section);
    return dot;
  }

  void note_end(const script::Assignment& assignment) {
    if (is_end(assignment.symbol)) has_found_end_ = true;
  }

  OutputSection* section_for_dot(const Slot* at) const {
    if (!current_ || prefers_next_) {
      const Slot* next = next_section(at);
      while (next && !next->is_behind_end && (!next->section || next->section->is_removed))
        next = next_section(next);
      if (!current_ || !next || !next->is_behind_end)
        return before(next ? next->section : plan_.sections.last());
    }
    if (OutputSection* section = before(current_->section)) return section;
    OutputSection* section = plan_.sections.first();
    while (section && !takes_symbols(*section)) section = section->next;
    return section;
  }

  static const Slot* next_section(const Slot* slot) {
    do {
      slot = slot->next;
    } while (slot && !slot->is_output_section());
    return slot;
  }

  static OutputSection* before(OutputSection* section) {
    while (section && (section->is_removed || !takes_symbols(*section)))
      section = section->previous;
    return section;
  }

  Plan& plan_;
  const ScriptActions& actions_;
  std::uint64_t dot_ = 0;
  const Slot* current_ = nullptr;  // the last section in memory
  bool prefers_next_ = false;
  bool has_found_end_ = false;
};

}  // namespace

void assign_before_placing(Plan& plan, const ScriptActions& actions) {
  std::uint64_t dot = 0;
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (slot->assignment) dot = actions.assign(*slot->assignment, {dot, nullptr, nullptr});
    for (const Item& item : slot->items)
      if (const auto* assignment =
              item.statement ? std::get_if<script::Assignment>(item.statement) : nullptr;
          assignment && assignment->symbol != ".")
        actions.assign(*assignment, {dot, nullptr, nullptr});
  }
}

void assign_symbols(Plan& plan, const ScriptActions& actions) {
  SymbolAssigner(plan, actions).run();
}

}  // namespace kbx::link
