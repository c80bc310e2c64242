#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace kbx::link {

/// The words of .relr.dyn for relative relocations at these addresses, which are even (generic ABI,
/// "Relative Relocation Table"); `word` is 4 or 8.
std::vector<std::uint64_t> packed_relative(std::vector<std::uint64_t> addresses, unsigned word);

/// A dynamic relocation as .rela.dyn will have it.
struct DynamicRelocation {
  std::uint64_t address = 0;
  std::uint32_t symbol = 0;  // its dynamic_index
  std::uint32_t type = 0;
  std::int64_t addend = 0;
};

/// What a dynamic relocation is for.
enum class RelocationKind : std::uint8_t { normal, relative, copy, plt, ifunc };

/// What -z combreloc makes of .rela.dyn: relative relocations first, by address, then the others
/// with those of a symbol together. Gives the number of relative ones, for DT_RELACOUNT.
std::uint64_t combine(std::vector<DynamicRelocation>& relocations,
                      const std::function<RelocationKind(const DynamicRelocation&)>& kind);

}  // namespace kbx::link
