#include "kbx/link/layout/sizing.h"

/// The content of output sections as pieces: input, data of the script, and what fills the gaps.
namespace kbx::link {
namespace {

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
      add_data(item, data_size(data->kind));
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

}  // namespace

void make_pieces(Plan& plan, const Fill& fill, bool is_big_endian) {
  for (Slot* slot = plan.slots.first(); slot; slot = slot->next) {
    if (!slot->section || !has_content(*slot->section)) continue;
    PieceMaker maker(*slot, fill, is_big_endian);
    for (Item& item : slot->items) maker.add(item);
    maker.finish();
  }
}

}  // namespace kbx::link
