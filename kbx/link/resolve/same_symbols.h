#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "kbx/link/input/file.h"

namespace kbx::link {

/// Compares sections by the symbols in them. Keeps an index of each file that was asked for.
class SectionSymbols {
 public:
  /// True if two sections have the same symbols, so that one can stand for the other: GNU ld's test
  /// for members of COMDAT groups and .gnu.linkonce sections.
  bool are_same(const InputSection& a, const InputSection& b);

 private:
  /// Indexes into a file's symbols, section by section.
  struct Index {
    std::vector<std::uint32_t> symbols;
    std::vector<std::uint32_t>
        first;  // of a section in `symbols`; one more than there are sections
  };

  std::span<const std::uint32_t> symbols_in(const InputSection& section);

  std::unordered_map<const InputFile*, Index> known_;
};

}  // namespace kbx::link
