#include "kbx/link/relocate/plain_address.h"

#include <elf.h>

#include "kbx/link/layout/merged_sections.h"
#include "kbx/link/layout/output_section.h"
#include "kbx/link/resolve/symbol_table.h"

/// Debugging information is what most relocations are in, and nearly all of them are of this kind.
namespace kbx::link {
namespace {

bool has_address(const InputSection& section) {
  return section.output && !section.is_discarded;
}

std::optional<std::uint64_t> local_address(const InputFile& file, const InputSymbol& symbol,
                                           std::uint64_t addend) {
  InputSection* const section = file.section_at(symbol.section);
  if (!section || !has_address(*section) || symbol.type == STT_GNU_IFUNC) return std::nullopt;
  const std::uint64_t offset = symbol.value + addend;
  if (!section->merge) return start_of(*section) + offset;
  // Only with the section's own symbol do value and addend together tell which piece is meant.
  if (symbol.type != STT_SECTION || is_beyond_merged(*section, offset)) return std::nullopt;
  return merged_address(*section, offset);
}

std::optional<std::uint64_t> global_address(const Symbol& symbol, std::uint64_t addend) {
  if (!is_defined(symbol.binding) || symbol.places || symbol.output_section) return std::nullopt;
  const InputSection* const section = symbol.section;
  if (!section || !has_address(*section) || section->merge) return std::nullopt;
  return start_of(*section) + symbol.value + addend;
}

}  // namespace

std::optional<std::uint64_t> plain_address(const InputFile& file, std::uint32_t index,
                                           std::int64_t addend) {
  const auto more = static_cast<std::uint64_t>(addend);
  if (index == 0) return std::nullopt;
  if (index < file.first_global)
    return index < file.symbols.size() ? local_address(file, file.symbols[index], more)
                                       : std::nullopt;
  const std::size_t global = index - file.first_global;
  return global < file.globals.size() ? global_address(*file.globals[global], more) : std::nullopt;
}

}  // namespace kbx::link
