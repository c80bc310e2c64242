#include "kbx/link/phases/header_symbol.h"

#include <elf.h>

#include "kbx/link/layout/output_section.h"

namespace kbx::link {

Symbol* define_header_symbol(const SymbolTable& symbols) {
  Symbol* symbol = symbols.find("__ehdr_start");
  if (!symbol || !is_unresolved(symbol->binding)) return nullptr;
  symbol->binding = Binding::defined;
  symbol->section = nullptr;
  symbol->value = 0;
  symbol->is_defined_in_object = true;
  symbol->is_defined_in_shared = false;
  symbol->other = static_cast<std::uint8_t>((symbol->other & ~3u) | STV_HIDDEN);
  return symbol;
}

void settle_header_symbol(Symbol* symbol, const FileLayout& layout) {
  if (!symbol) return;
  if (!layout.file_header_address) {
    symbol->binding = Binding::undefined_weak;
    return;
  }
  symbol->value = *layout.file_header_address;
  symbol->output_section = layout.file_header_section;
  if (symbol->output_section) symbol->value -= symbol->output_section->address;
}

}  // namespace kbx::link
