#include "kbx/link/phases/unwind_output.h"

#include <algorithm>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/link/input/shape.h"

namespace kbx::link {

void UnwindOutput::add_header() {
  if (!state_.options.eh_frame_header) return;
  InputFile* first = file_with_unwind_table(state_.files());
  if (!first) return;
  header_ = state_.resolver.add_section(*first, ".eh_frame_hdr",
                                        trait_alloc | trait_load | trait_readonly | trait_contents |
                                            trait_data | trait_linker_created);
  header_->type = SHT_PROGBITS;
  header_->alignment_power = 2;
  header_->size = eh_frame_header_size({});
}

bool UnwindOutput::has_table() const {
  const OutputSection* table = state_.plan.sections.find(".eh_frame");
  if (!table) return false;
  for (Slot* slot = state_.plan.slots.first(); slot; slot = slot->next)
    for (const Item& item : slot->items)
      for (const InputSection* input : item.inputs)
        if (input->output == table && input->size > 8) return true;
  return false;
}

void UnwindOutput::settle_header(bool has_table) {
  if (!header_) return;
  if (!has_table || !header_->output) {
    for (Slot* slot = state_.plan.slots.first(); slot; slot = slot->next)
      for (Item& item : slot->items) std::erase(item.inputs, header_);
    header_->is_discarded = true;
    header_->output = nullptr;
    header_ = nullptr;
    return;
  }
  // For those who look for the table without program headers.
  Symbol& symbol = *state_.resolver.symbols().add("__GNU_EH_FRAME_HDR");
  if (is_defined(symbol.binding)) return;
  symbol.binding = Binding::defined;
  symbol.is_defined_in_object = true;
  symbol.is_forced_local = true;
  symbol.other = STV_HIDDEN;
  symbol.section = header_;
}

bool UnwindOutput::edit(bool is_position_independent) {
  OutputSection* table = state_.plan.sections.find(".eh_frame");
  if (!table || table->is_removed) return false;
  std::vector<InputSection*> parts;
  for (Slot* slot = state_.plan.slots.first(); slot; slot = slot->next)
    if (slot->section == table)
      for (const Item& item : slot->items)
        parts.insert(parts.end(), item.inputs.begin(), item.inputs.end());
  table_ =
      share_eh_frame(parts, table->alignment_power, state_.eh_frame_edits, is_position_independent);
  for (const std::string& fault : table_.faults)
    state_.say(fmt::format("{}: {}", state_.options.program, fault));
  if (header_) header_->size = eh_frame_header_size(table_);
  return true;
}

void UnwindOutput::fill_header(const BytesOf& bytes_of) const {
  if (!header_ || !header_->output) return;
  const OutputSection* table = state_.plan.sections.find(".eh_frame");
  if (!table) return;
  const InputSection* first = nullptr;
  for (const Piece& piece : table->pieces)
    if (piece.input && !first) first = piece.input;
  if (!first) return;
  const std::string_view content(bytes_of(*first) - first->output_offset,
                                 static_cast<std::size_t>(table->size));
  const UnwindPlaces places{table->address, start_of(*header_)};
  const MachineFormat format = state_.resolver.format();
  with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    const std::string header = eh_frame_header<Shape>(table_, content, places);
    std::copy(header.begin(), header.end(), bytes_of(*header_));
  });
}

}  // namespace kbx::link
