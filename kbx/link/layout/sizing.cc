#include "kbx/link/layout/sizing.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// Addresses and sizes, after ld's manual, chapter "SECTIONS Command": the location counter runs
/// through the places of the script; each input section is aligned as it asks.
namespace kbx::link {
namespace {

std::uint64_t align_up(std::uint64_t value, std::uint8_t power) {
  const std::uint64_t mask = (std::uint64_t{1} << power) - 1;
  return (value + mask) & ~mask;
}

/// The power of two that is at least `value`.
std::uint8_t power_of(std::uint64_t value) {
  std::uint8_t power = 0;
  while (power < 62 && (std::uint64_t{1} << power) < value) ++power;
  return power;
}

std::uint64_t size_of(script::DataKind kind) {
  switch (kind) {
    case script::DataKind::byte:
      return 1;
    case script::DataKind::short_:
      return 2;
    case script::DataKind::long_:
      return 4;
    case script::DataKind::quad:
    case script::DataKind::squad:
      break;
  }
  return 8;
}

class Sizer {
 public:
  Sizer(Plan& plan, const ScriptActions& actions, bool is_relocatable)
      : plan_(plan),
        evaluate_(actions.evaluate),
        assign_(actions.assign),
        check_(actions.check),
        is_relocatable_(is_relocatable) {}

  void run() {
    for (Slot* slot = plan_.slots.first(); slot; slot = slot->next) {
      if (slot->assignment) {
        assign(*slot);
      } else if (slot->assertion) {
        check_(*slot->assertion, told_dot_, nullptr);
      } else if (slot->constraint != Slot::Constraint::unmet) {
        size_slot(*slot);
      }
    }
  }

 private:
  void assign(const Slot& slot) {
    const script::Assignment& assignment = *slot.assignment;
    const AssignmentPlace place{told_dot_, nullptr, section_of_dot(slot)};
    if (assignment.symbol == ".") {
      dot_ = assign_(assignment, {dot_, nullptr, place.behind});
      prefers_next_ = true;
    }
    told_dot_ = assign_(assignment, place);
    region_ = dot_;
  }

  /// Outside of sections the location counter belongs to the one before it or, behind an assignment
  /// to it, to the one after it, if that is in memory.
  OutputSection* section_of_dot(const Slot& slot) const {
    if (behind_ && !prefers_next_) return behind_;
    for (const Slot* next = slot.next; next; next = next->next)
      if (next->section && next->constraint != Slot::Constraint::unmet)
        return is_in_memory(*next->section) ? next->section : behind_;
    return behind_;
  }

  static bool is_in_memory(const OutputSection& section) {
    return (section.traits & (trait_alloc | trait_thread_local)) == trait_alloc;
  }

  void size_slot(Slot& slot) {
    const script::OutputSection* script = slot.script;
    const bool has_address = slot.start || slot.is_at_zero || (script && script->address);
    if (slot.start)
      dot_ = *slot.start;
    else if (slot.is_at_zero)
      dot_ = 0;
    else if (has_address)
      dot_ = evaluate_(*script->address, dot_, nullptr);
    if (!slot.section) return;
    OutputSection& section = *slot.section;
    std::uint64_t start = has_address ? dot_ : region_;
    std::uint8_t alignment = has_address ? std::uint8_t{0} : section.alignment_power;
    if (script && script->align) {
      const std::uint8_t asked = power_of(evaluate_(*script->align, dot_, nullptr));
      section.alignment_power = std::max(section.alignment_power, asked);
      alignment = has_address ? asked : section.alignment_power;
    }
    start = align_up(start, alignment);
    section.address = start;
    size_ = 0;
    section_ = &section;
    subalign_.reset();
    if (script && script->subalign)
      subalign_ = power_of(evaluate_(*script->subalign, dot_, nullptr));
    std::uint64_t at = start;
    for (Item& item : slot.items) at = size_item(item, at);
    section_ = nullptr;
    section.size = size_;
    const bool is_tbss = (section.traits & trait_thread_local) && !(section.traits & trait_load);
    dot_ = section.address + (is_tbss && !is_relocatable_ ? 0 : section.size);
    told_dot_ = dot_;
    if (section.traits & (trait_alloc | trait_load)) region_ = dot_;
    if (is_in_memory(section)) behind_ = &section;
    if (section.traits & trait_alloc) prefers_next_ = false;
  }

  std::uint64_t size_item(Item& item, std::uint64_t dot) {
    for (InputSection* input : item.inputs) dot = size_input(*input, dot);
    if (!item.statement) return dot;
    if (const auto* assignment = std::get_if<script::Assignment>(item.statement)) {
      const std::uint64_t moved = assign_(*assignment, {dot, section_, nullptr});
      if (moved != dot) {
        section_->traits |= trait_alloc;
        size_ = moved - section_->address;
      }
      if (assignment->symbol == ".") item.offset = moved - section_->address;
      return moved;
    }
    if (const auto* data = std::get_if<script::Data>(item.statement)) {
      item.offset = dot - section_->address;
      item.value = evaluate_(data->value, dot, section_);
      size_ = item.offset + size_of(data->kind);
      return dot + size_of(data->kind);
    }
    if (const auto* text = std::get_if<script::Asciz>(item.statement)) {
      item.offset = dot - section_->address;
      size_ = item.offset + text->text.size() + 1;
      return dot + text->text.size() + 1;
    }
    if (const auto* assertion = std::get_if<script::Assertion>(item.statement))
      check_(*assertion, dot, section_);
    return dot;
  }

  std::uint64_t size_input(InputSection& input, std::uint64_t dot) {
    if (subalign_) input.alignment_power = *subalign_;
    section_->alignment_power = std::max(section_->alignment_power, input.alignment_power);
    dot = align_up(dot, input.alignment_power);
    input.output_offset = dot - section_->address;
    if (input.size > ~std::uint64_t{0} - dot)
      throw Error(Location{input.file->path, 0},
                  fmt::format("section {} of {:#x} bytes is too large", input.name, input.size));
    dot += input.size;
    size_ = dot - section_->address;
    return dot;
  }

  Plan& plan_;
  const Evaluate& evaluate_;
  const Assign& assign_;
  const Check& check_;
  bool is_relocatable_;
  std::uint64_t dot_ = 0;
  std::uint64_t told_dot_ = 0;  // what symbols get: no address of a section that is not there
  std::uint64_t region_ = 0;    // where the next section without an address goes
  OutputSection* section_ = nullptr;
  std::uint64_t size_ = 0;           // of it, so far; SIZEOF tells the size of the last pass
  OutputSection* behind_ = nullptr;  // the last section in memory
  bool prefers_next_ = false;        // the location counter was set since then
  std::optional<std::uint8_t> subalign_;
};

bool has_content(const OutputSection& section) {
  constexpr Traits loaded_tls = trait_load | trait_thread_local;
  return (section.traits & trait_contents) || (section.traits & loaded_tls) == loaded_tls;
}

/// Collects the pieces of one place.
class PieceMaker {
 public:
  PieceMaker(Slot& slot, const Fill& fill, bool is_big_endian)
      : section_(*slot.section), fill_of_(fill), is_big_endian_(is_big_endian) {
    if (slot.script && slot.script->placement.fill) fill_ = fill(*slot.script->placement.fill);
  }

  void add(Item& item) {
    for (InputSection* input : item.inputs) {
      // Of an unwind table that loses all its entries nothing stays, no relocation either.
      if (input->edit && input->size == 0 && !input->content.empty()) continue;
      gap(input->output_offset);
      input->is_written = true;
      section_.pieces.push_back({input, input->output_offset, input->size, {}});
      at_ = input->output_offset + input->size;
    }
    if (!item.statement) return;
    if (const auto* fill = std::get_if<script::Fill>(item.statement)) fill_ = fill_of_(fill->value);
    if (const auto* assignment = std::get_if<script::Assignment>(item.statement);
        assignment && assignment->symbol == ".")
      gap(item.offset);
    if (const auto* data = std::get_if<script::Data>(item.statement))
      add_data(item, size_of(data->kind));
    if (const auto* text = std::get_if<script::Asciz>(item.statement)) {
      gap(item.offset);
      section_.pieces.push_back({nullptr, item.offset, text->text.size() + 1, text->text});
      section_.pieces.back().bytes += '\0';
      at_ = item.offset + text->text.size() + 1;
    }
  }

  void finish() { gap(section_.size); }

 private:
  void gap(std::uint64_t end) {
    if (end > at_) section_.pieces.push_back({nullptr, at_, end - at_, fill_});
    at_ = std::max(at_, end);
  }

  void add_data(const Item& item, std::uint64_t size) {
    gap(item.offset);
    std::string bytes;
    for (std::uint64_t i = 0; i < size; ++i)
      bytes += static_cast<char>(item.value >> 8 * (is_big_endian_ ? size - 1 - i : i));
    section_.pieces.push_back({nullptr, item.offset, size, std::move(bytes)});
    at_ = item.offset + size;
  }

  OutputSection& section_;
  const Fill& fill_of_;
  bool is_big_endian_;
  std::string fill_;
  std::uint64_t at_ = 0;
};

/// True if the input of one place is in the order in which what it belongs to lies already.
bool sort_by_link(std::vector<InputSection*>& inputs) {
  const auto position = [](const InputSection* input) {
    const InputSection* to = input->linked_to;
    return (to->output ? to->output->address : 0) + to->output_offset;
  };
  const auto is_before = [&](const InputSection* a, const InputSection* b) {
    return position(a) < position(b);
  };
  if (std::is_sorted(inputs.begin(), inputs.end(), is_before)) return false;
  std::stable_sort(inputs.begin(), inputs.end(), is_before);
  return true;
}

}  // namespace

void assign_addresses(Plan& plan, const ScriptActions& actions, bool is_relocatable) {
  Sizer(plan, actions, is_relocatable).run();
}

bool order_linked(Plan& plan, bool is_relocatable) {
  bool has_moved = false;
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->section || !has_content(*slot->section)) continue;
    std::size_t ordered = 0;
    std::size_t count = 0;
    for (const Item& item : slot->items)
      for (const InputSection* input : item.inputs) {
        ++count;
        if (input->linked_to) ++ordered;
      }
    if (ordered == 0) continue;
    if (ordered != count && is_relocatable)
      throw Error(fmt::format("{} has both ordered and unordered sections", slot->name),
                  "some objects have it with SHF_LINK_ORDER, others without");
    for (Item& item : slot->items)
      if (sort_by_link(item.inputs)) has_moved = true;
  }
  return has_moved;
}

void make_pieces(Plan& plan, const Fill& fill, bool is_big_endian) {
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->section || !has_content(*slot->section)) continue;
    PieceMaker maker(*slot, fill, is_big_endian);
    for (Item& item : slot->items) maker.add(item);
    maker.finish();
  }
}

}  // namespace kbx::link
