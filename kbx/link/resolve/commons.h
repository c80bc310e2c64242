#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/base/arena.h"
#include "kbx/link/input/file.h"
#include "kbx/link/options.h"
#include "kbx/link/resolve/symbol_table.h"

namespace kbx::link {

/// The alignment that a common symbol asks for, as a power of two: its value rounded up.
inline std::uint8_t common_alignment_power(const InputSymbol& symbol) {
  if (symbol.value < 2) return 0;
  return static_cast<std::uint8_t>(
      std::min(63, static_cast<int>(std::bit_width(symbol.value - 1))));
}

/// Gives the file a section COMMON, or .tcommon for thread-local ones, or LARGE_COMMON for those of
/// x86-64's large model, empty until common symbols are placed: patterns of a script take it in any
/// case, and what is in memory for its sake stays so.
void add_commons(InputFile& file, bool is_thread_local, bool is_large, Arena& arena);

/// The section of the symbol's file that a common symbol has its place in.
InputSection* commons_of(const Symbol& symbol);

/// A common symbol that got its place.
struct PlacedCommon {
  std::string_view name;
  std::uint64_t size = 0;
  const InputFile* file = nullptr;
};

/// Gives every common symbol a place in the section COMMON of the file that has the largest, in the
/// order that --sort-common asks for, which is that of the result.
std::vector<PlacedCommon> place_commons(const SymbolTable& symbols, SortCommon order);

}  // namespace kbx::link
