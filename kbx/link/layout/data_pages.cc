#include "kbx/link/layout/data_pages.h"

#include <algorithm>

/// Where the data segment starts, after ld's manual, chapter "Builtin Functions",
/// DATA_SEGMENT_ALIGN and its relatives, and for the choices GNU ld 2.40.
namespace kbx::link {
namespace {

bool mentions(const script::Expression& expression, script::Operation operation) {
  return expression.operation == operation ||
         std::ranges::any_of(expression.operands, [&](const script::Expression& operand) {
           return mentions(operand, operation);
         });
}

const Slot* find_assignment(const Slot* from, script::Operation operation) {
  while (from && !(from->assignment && mentions(from->assignment->value, operation)))
    from = from->next;
  return from;
}

bool has_loaded_input(const Slot& slot) {
  if (!slot.section || slot.section->is_removed) return false;
  return std::ranges::any_of(slot.items, [](const Item& item) {
    return std::ranges::any_of(item.inputs, [](const InputSection* input) {
      const bool is_tbss =
          (input->traits & (trait_load | trait_thread_local)) == trait_thread_local;
      return (input->traits & trait_alloc) && !is_tbss && input->size != 0;
    });
  });
}

}  // namespace

bool has_relro_sections(const Plan& plan) {
  const Slot* start = find_assignment(plan.slots.first(), script::Operation::data_segment_align);
  const Slot* end = find_assignment(plan.slots.first(), script::Operation::data_segment_relro_end);
  for (const Slot* slot = start; slot && slot != end; slot = slot->next)
    if (has_loaded_input(*slot)) return true;
  return false;
}

std::uint64_t move_relro(const Plan& plan, script::DataSegment& data) {
  const std::uint64_t page = data.relro_page_size;
  const std::uint64_t relro_end =
      page == 0 ? data.relro_end : (data.relro_end + page - 1) & (~page + 1);
  std::uint64_t wanted = relro_end - data.relro_offset;
  for (const OutputSection* section = plan.sections.last(); section; section = section->previous) {
    const bool is_in = (section->traits & trait_alloc) && section->address >= data.base &&
                       section->address < data.relro_end - data.relro_offset;
    if (!is_in) continue;
    const std::uint64_t size = is_thread_local_bss(*section) ? 0 : section->size;
    const std::uint64_t alignment = std::uint64_t{1} << section->alignment_power;
    // The section ends where the next one starts, or earlier for its alignment's sake.
    wanted = (wanted - size) & (~alignment + 1);
  }
  data.state = script::DataSegment::State::relro_adjust;
  data.base = wanted;
  return relro_end;
}

bool saves_page(script::DataSegment& data) {
  const std::uint64_t page = data.common_page_size;
  const std::uint64_t first = (~data.base + 1) & (page - 1);
  const std::uint64_t last = data.end & (page - 1);
  const std::uint64_t pages = ~(page - 1);
  const bool saves =
      first != 0 && last != 0 && (data.base & pages) != (data.end & pages) && first + last <= page;
  data.state = saves ? script::DataSegment::State::adjust : script::DataSegment::State::done;
  return saves;
}

}  // namespace kbx::link
