#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "kbx/link/input/file.h"
#include "kbx/link/output/string_table.h"

namespace kbx::link {

/// A symbol as it will be written.
struct OutputSymbol {
  std::uint32_t name = 0;     // of the StringTable
  std::uint32_t section = 0;  // index of a section header, or absolute_section and the like
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint8_t binding = 0;
  std::uint8_t type = 0;
  std::uint8_t other = 0;
};

/// A local symbol that the linker makes, of no file of the input.
struct MadeSymbol {
  std::string_view name;
  const InputSection* section = nullptr;
  std::uint64_t offset = 0;  // in it
  std::uint64_t size = 0;
  std::uint8_t type = 0;  // STT_*
};

/// The symbol table that is being built.
struct OutputSymbols {
  std::vector<OutputSymbol> symbols;
  StringTable names;
  std::uint32_t first_global = 0;

  std::uint32_t add(std::string_view name, OutputSymbol symbol) {
    symbol.name = names.add(name);
    symbols.push_back(symbol);
    return static_cast<std::uint32_t>(symbols.size() - 1);
  }
};

}  // namespace kbx::link
