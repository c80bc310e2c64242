#include "kbx/link/relocate/shrinking_section.h"

#include <cstring>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/relocation_type.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

std::uint32_t ShrinkingSection::instruction(std::uint64_t offset) const {
  return static_cast<std::uint32_t>(read_little(section_->content.data() + offset, 4));
}

void ShrinkingSection::write(std::uint64_t offset, std::uint32_t instruction, unsigned size,
                             Arena& arena) {
  write_little(content(arena) + offset, instruction, size);
}

void ShrinkingSection::remove(Deletions& deletions, Arena& arena) {
  const std::uint64_t size = section_->size;
  if (!deletions.finish(size))
    throw Error(
        Location{section_->file->path, 0},
        fmt::format("{}: relocations of code that may become shorter overlap", section_->name),
        "delete the object file and build it again");
  if (deletions.empty()) return;
  char* const bytes = content(arena);
  deletions.take_out(bytes, static_cast<std::size_t>(size));
  section_->size = size - deletions.total();
  section_->content = {bytes, static_cast<std::size_t>(section_->size)};
  for (Relocation& relocation : relocations)
    if (relocation.offset < size) relocation.offset = deletions.moved(relocation.offset);
  const auto move = [&](auto& symbol) {
    if (symbol.value > size) return;
    symbol.size = deletions.resized(symbol.value, symbol.size, size);
    symbol.value = deletions.moved(symbol.value);
  };
  for (const std::uint32_t index : locals) move(section_->file->symbols[index]);
  for (Symbol* symbol : globals)
    if (symbol->section == section_ && is_defined(symbol->binding)) move(*symbol);
}

template <typename Shape>
void ShrinkingSection::finish(Arena& arena) {
  using Entry = typename Shape::Rela;
  char* const table = arena.room(relocations.size() * sizeof(Entry));
  char* place = table;
  for (const Relocation& relocation : relocations) {
    Entry entry;
    entry.r_offset = Shape::native(static_cast<typename Shape::Word>(relocation.offset));
    entry.r_info =
        Shape::native(RelocationInfo<Shape>::make(relocation.symbol, relocation.type, false));
    entry.r_addend = Shape::native(static_cast<typename Shape::SignedWord>(relocation.addend));
    std::memcpy(place, &entry, sizeof entry);
    place += sizeof entry;
  }
  section_->rela.content = {table, static_cast<std::size_t>(place - table)};
}

template void ShrinkingSection::finish<Shape<true, false>>(Arena&);
template void ShrinkingSection::finish<Shape<true, true>>(Arena&);
template void ShrinkingSection::finish<Shape<false, false>>(Arena&);
template void ShrinkingSection::finish<Shape<false, true>>(Arena&);

char* ShrinkingSection::content(Arena& arena) {
  if (!content_) {
    const std::string_view before = section_->content;
    content_ = arena.room(before.size());
    before.copy(content_, before.size());
    section_->content = {content_, before.size()};
  }
  return content_;
}

}  // namespace kbx::link
