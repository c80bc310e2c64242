#include "kbx/link/dynamic/relocations.h"

#include <algorithm>
#include <tuple>

/// Dynamic relocations in the order that makes the dynamic linker fast: GNU ld 2.40's for
/// -z combreloc; and the bit maps of the generic ABI's SHT_RELR.
namespace kbx::link {

std::vector<std::uint64_t> packed_relative(std::vector<std::uint64_t> addresses, unsigned word) {
  std::sort(addresses.begin(), addresses.end());
  const std::uint64_t bits = word * 8 - 1;
  std::vector<std::uint64_t> words;
  for (std::size_t i = 0; i < addresses.size();) {
    words.push_back(addresses[i]);
    std::uint64_t base = addresses[i++] + word;
    for (;;) {
      std::uint64_t map = 0;
      for (; i < addresses.size(); ++i) {
        const std::uint64_t distance = addresses[i] - base;
        if (distance >= bits * word || distance % word != 0) break;
        map |= std::uint64_t{1} << (distance / word);
      }
      if (map == 0) break;
      words.push_back(map << 1 | 1);
      base += bits * word;
    }
  }
  return words;
}

std::uint64_t combine(std::vector<DynamicRelocation>& relocations,
                      const std::function<RelocationKind(const DynamicRelocation&)>& kind) {
  struct Sorted {
    DynamicRelocation relocation;
    RelocationKind kind;
    std::uint64_t group;  // the lowest address that the symbol has a relocation at
  };
  std::vector<Sorted> all;
  all.reserve(relocations.size());
  for (const DynamicRelocation& relocation : relocations)
    all.push_back({relocation, kind(relocation), 0});
  std::stable_sort(all.begin(), all.end(), [](const Sorted& a, const Sorted& b) {
    const auto key = [](const Sorted& entry) {
      return std::tuple(entry.kind != RelocationKind::relative, entry.relocation.symbol,
                        entry.relocation.address);
    };
    return key(a) < key(b);
  });
  std::size_t count = 0;
  while (count < all.size() && all[count].kind == RelocationKind::relative) ++count;
  for (std::size_t i = count; i < all.size(); ++i)
    all[i].group = i > count && all[i].relocation.symbol == all[i - 1].relocation.symbol
                       ? all[i - 1].group
                       : all[i].relocation.address;
  const auto rank = [](RelocationKind of) {
    switch (of) {
      case RelocationKind::normal:
      case RelocationKind::relative:
        return 0;
      case RelocationKind::copy:
        return 1;
      case RelocationKind::ifunc:
        return 2;
      case RelocationKind::plt:
        break;
    }
    return 3;
  };
  std::stable_sort(all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                   [&](const Sorted& a, const Sorted& b) {
                     const auto key = [&](const Sorted& entry) {
                       return std::tuple(rank(entry.kind), entry.group, entry.relocation.address);
                     };
                     return key(a) < key(b);
                   });
  for (std::size_t i = 0; i < all.size(); ++i) relocations[i] = all[i].relocation;
  return count;
}

}  // namespace kbx::link
