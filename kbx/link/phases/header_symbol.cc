#include "kbx/link/phases/header_symbol.h"

#include <elf.h>

#include "kbx/link/input/file.h"
#include "kbx/link/layout/output_section.h"

namespace kbx::link {
namespace {

/// For this output alone: at the start of `section`, or where the layout will say.
void define(Symbol& symbol, InputSection* section) {
  symbol.binding = Binding::defined;
  symbol.section = section;
  symbol.value = 0;
  symbol.awaits_layout = section == nullptr;
  symbol.is_defined_in_object = true;
  symbol.is_defined_in_shared = false;
  symbol.is_forced_local = true;
}

}  // namespace

Symbol* define_header_symbol(const SymbolTable& symbols) {
  Symbol* symbol = symbols.find("__ehdr_start");
  if (!symbol || !is_unresolved(symbol->binding)) return nullptr;
  define(*symbol, nullptr);
  return symbol;
}

Symbol* define_thread_base(SymbolTable& symbols, const std::vector<InputFile*>& files,
                           bool is_always_there) {
  constexpr std::string_view name = "_TLS_MODULE_BASE_";
  Symbol* symbol = symbols.find(name);
  const bool is_wanted = symbol && symbol->type == STT_TLS;
  if (!is_wanted && !is_always_there) return nullptr;
  if (symbol && !is_unresolved(symbol->binding)) return nullptr;
  for (InputFile* file : files)
    for (InputSection* section : file->sections) {
      if (!(section->traits & trait_thread_local) || section->is_discarded) continue;
      if (!symbol) symbol = symbols.add(name);
      define(*symbol, section);
      symbol->type = STT_TLS;
      symbol->is_dynamic = false;
      symbol->other = static_cast<std::uint8_t>((symbol->other & ~3u) | STV_HIDDEN);
      return symbol;
    }
  return nullptr;
}

void settle_thread_base(Symbol* symbol, const OutputSections& sections, bool is_at_start) {
  OutputSection* first = nullptr;
  std::uint64_t end = 0;
  std::uint64_t mask = 0;
  for (OutputSection* section = sections.first(); section; section = section->next) {
    if (!(section->traits & trait_thread_local)) continue;
    if (!first) first = section;
    end = section->address + section->size;
    mask |= (std::uint64_t{1} << section->alignment_power) - 1;
  }
  if (!symbol) return;
  if (!first) symbol->binding = Binding::fresh;  // what it was defined in has gone
  if (!first) return;
  symbol->section = nullptr;
  symbol->output_section = first;
  if (!is_at_start) symbol->value = (end - first->address + mask) & ~mask;
}

void settle_header_symbol(Symbol* symbol, const FileLayout& layout) {
  if (!symbol) return;
  symbol->awaits_layout = false;
  if (!layout.file_header_address) {
    symbol->binding = symbol->is_referenced_strongly ? Binding::undefined : Binding::undefined_weak;
    return;
  }
  symbol->value = *layout.file_header_address;
  symbol->output_section = layout.file_header_section;
  if (symbol->output_section) symbol->value -= symbol->output_section->address;
}

}  // namespace kbx::link
