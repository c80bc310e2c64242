#include "kbx/link/resolve/commons.h"

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/object.h"

namespace kbx::link {
namespace {

constexpr std::string_view thread_commons = ".tcommon";
constexpr std::string_view large_commons = "LARGE_COMMON";
constexpr std::uint64_t large_section = 0x10000000;  // SHF_X86_64_LARGE

void place_common(Symbol& symbol) {
  InputSection* section = commons_of(symbol);
  const std::uint64_t mask = (std::uint64_t{1} << symbol.alignment_power) - 1;
  const std::uint64_t size = symbol.value;
  const std::uint64_t place = (section->size + mask) & ~mask;
  if (place < section->size || place + size < place)
    throw Error(Location{symbol.file->path, 0},
                fmt::format("common symbol {} of {:#x} bytes is too large", symbol.name, size));
  section->alignment_power = std::max(section->alignment_power, symbol.alignment_power);
  section->size = place + size;
  symbol.binding = Binding::defined;
  symbol.section = section;
  symbol.value = place;
}

}  // namespace

void add_commons(InputFile& file, bool is_thread_local, bool is_large, Arena& arena) {
  if (is_large && !is_thread_local) {
    if (!file.find(large_commons))
      add_section(file, large_commons, trait_alloc, arena)->flags = large_section;
    return;
  }
  if (is_thread_local && !file.find(thread_commons))
    add_section(file, thread_commons, trait_alloc | trait_thread_local, arena);
  if (!is_thread_local && !file.commons)
    file.commons = add_section(file, "COMMON", trait_alloc, arena);
}

InputSection* commons_of(const Symbol& symbol) {
  InputFile& file = *symbol.file;
  InputSection* const own = symbol.type == STT_TLS   ? file.find(thread_commons)
                            : symbol.is_large_common ? file.find(large_commons)
                                                     : nullptr;
  return own ? own : file.commons;
}

std::vector<PlacedCommon> place_commons(const SymbolTable& symbols, SortCommon order) {
  std::vector<PlacedCommon> placed;
  const auto place_those = [&](const auto& is_wanted) {
    symbols.for_each([&](Symbol& symbol) {
      if (symbol.binding != Binding::common || !is_wanted(symbol.alignment_power)) return;
      placed.push_back({symbol.name, symbol.value, symbol.file});
      place_common(symbol);
    });
  };
  constexpr unsigned largest = 4;
  if (order == SortCommon::descending)
    for (unsigned power = largest; power > 0; --power)
      place_those([&](unsigned own) { return own >= power; });
  if (order == SortCommon::ascending)
    for (unsigned power = 0; power <= largest; ++power)
      place_those([&](unsigned own) { return own <= power; });
  place_those([](unsigned) { return true; });
  return placed;
}

}  // namespace kbx::link
