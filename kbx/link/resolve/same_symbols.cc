#include "kbx/link/resolve/same_symbols.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

#include <elf.h>

namespace kbx::link {
namespace {

using Key = std::tuple<std::string_view, std::uint8_t, std::uint8_t, std::uint8_t>;

std::vector<Key> sorted_keys(const InputFile& file, std::span<const std::uint32_t> indexes,
                             bool with_sections) {
  std::vector<Key> keys;
  for (const std::uint32_t index : indexes) {
    const InputSymbol& symbol = file.symbols[index];
    if (symbol.type == STT_SECTION && !with_sections) continue;
    keys.emplace_back(symbol.name, symbol.binding, symbol.type, symbol.other);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

std::span<const std::uint32_t> SectionSymbols::symbols_in(const InputSection& section) {
  const InputFile& file = *section.file;
  const auto [entry, is_new] = known_.try_emplace(&file);
  Index& index = entry->second;
  if (is_new) {
    const std::size_t sections = file.by_index.size();
    const auto counts = [&](const InputSymbol& symbol) { return symbol.section < sections; };
    std::vector<std::uint32_t> next(sections + 1, 0);
    for (const InputSymbol& symbol : file.symbols)
      if (counts(symbol)) ++next[symbol.section + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    index.first = next;
    index.symbols.resize(next.back());
    for (std::uint32_t i = 0; i < file.symbols.size(); ++i)
      if (counts(file.symbols[i])) index.symbols[next[file.symbols[i].section]++] = i;
  }
  if (section.index == 0 || section.index + std::size_t{1} >= index.first.size()) return {};
  const std::uint32_t first = index.first[section.index];
  return std::span(index.symbols).subspan(first, index.first[section.index + 1] - first);
}

bool SectionSymbols::are_same(const InputSection& a, const InputSection& b) {
  if (a.type != b.type) return false;
  // Debugging information often has no other symbols than those of its sections.
  const bool with_sections =
      (a.traits & trait_debugging) && (a.flags & SHF_GROUP) == (b.flags & SHF_GROUP);
  const std::vector<Key> keys = sorted_keys(*a.file, symbols_in(a), with_sections);
  return !keys.empty() && keys == sorted_keys(*b.file, symbols_in(b), with_sections);
}

}  // namespace kbx::link
