#pragma once
#include <cstdint>
#include <vector>

#include "kbx/elf/object.h"

namespace kbx::symbols {

/// The symbols of an object by section and address, to name a place by the one nearest to it.
/// Passed over are symbols without a name or with one that only tools use: "$d", ".Lfunc_end".
/// The object must outlive it. Made in n log n steps for n symbols; a search takes log n.
class NearestSymbols {
 public:
  /// Which of several symbols at one address, in the order of the symbol table.
  enum class Choice { first, last };

  explicit NearestSymbols(const elf::Object& object);

  /// The symbol at `address` or next before it; null if there is none.
  const elf::Symbol* before(std::uint32_t section, std::uint64_t address, Choice choice) const;

  /// The nearest symbol on either side, not more than `reach` bytes away; null if there is none. Of
  /// several at the same distance it is the first in the symbol table. `address` may lie before the
  /// section's start, as a number modulo 2^64.
  const elf::Symbol* around(std::uint32_t section, std::uint64_t address,
                            std::uint64_t reach) const;

 private:
  /// The symbols at one address; they lie in one array, the object's.
  struct Place {
    std::uint32_t section = 0;
    std::uint64_t address = 0;
    const elf::Symbol* first = nullptr;
    const elf::Symbol* last = nullptr;
  };

  /// The number of the first place that lies behind the address, or at it too.
  std::size_t first_behind(std::uint32_t section, std::uint64_t address) const;
  std::size_t first_at(std::uint32_t section, std::uint64_t address) const;

  std::vector<Place> places_;
};

/// True if a place may be called by that symbol's name.
bool names_a_place(const elf::Symbol& symbol);

}  // namespace kbx::symbols
