#include "kbx/link/resolve/same_symbols.h"

#include <algorithm>
#include <tuple>

#include <elf.h>

namespace kbx::link {
namespace {

using Key = std::tuple<std::string_view, std::uint8_t, std::uint8_t, std::uint8_t>;

std::vector<Key> symbols_in(const InputSection& section) {
  std::vector<Key> symbols;
  for (const InputSymbol& symbol : section.file->symbols)
    if (symbol.section == section.index && symbol.type != STT_SECTION)
      symbols.emplace_back(symbol.name, symbol.binding, symbol.type, symbol.other);
  std::sort(symbols.begin(), symbols.end());
  return symbols;
}

}  // namespace

bool have_same_symbols(const InputSection& a, const InputSection& b) {
  if (a.type != b.type) return false;
  const std::vector<Key> symbols = symbols_in(a);
  return !symbols.empty() && symbols == symbols_in(b);
}

}  // namespace kbx::link
