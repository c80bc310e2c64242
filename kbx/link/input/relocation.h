#pragma once
#include <cstdint>
#include <string_view>

#include "kbx/link/input/shape.h"

namespace kbx::link {

/// A relocation as its file has it.
struct Relocation {
  std::uint64_t offset = 0;
  std::uint32_t symbol = 0;
  std::uint32_t type = 0;
  std::int64_t addend = 0;  // 0 without addends
};

/// Where a file keeps symbol and type of a relocation. MIPS with 64 bits and little endian has the
/// two halves of r_info the other way round (64-bit ELF Object File Specification for MIPS).
template <typename Shape>
struct RelocationInfo {
  static std::uint32_t symbol(typename Shape::Word info, bool is_mips64el) {
    if (is_mips64el) return static_cast<std::uint32_t>(info);
    return static_cast<std::uint32_t>(info >> Shape::symbol_shift);
  }
  static std::uint32_t type(typename Shape::Word info, bool is_mips64el) {
    if constexpr (Shape::is_64bit)
      if (is_mips64el) return static_cast<std::uint32_t>(info >> 32);
    return static_cast<std::uint32_t>(info & Shape::type_mask);
  }
  static typename Shape::Word make(std::uint32_t symbol, std::uint32_t type, bool is_mips64el) {
    using Word = typename Shape::Word;
    if constexpr (Shape::is_64bit)
      if (is_mips64el) return Word{type} << 32 | symbol;
    return static_cast<Word>(Word{symbol} << Shape::symbol_shift | (type & Shape::type_mask));
  }
};

/// Calls `work(place, relocation)` for each relocation of a table; `place` counts from 0.
template <typename Shape, typename Entry, typename Work>
void for_each_relocation(std::string_view table, bool is_mips64el, const Work& work) {
  const std::size_t count = table.size() / sizeof(Entry);
  for (std::size_t i = 0; i < count; ++i) {
    Entry raw;
    std::memcpy(&raw, table.data() + i * sizeof(Entry), sizeof raw);
    const auto info = Shape::native(raw.r_info);
    Relocation relocation;
    relocation.offset = Shape::native(raw.r_offset);
    relocation.symbol = RelocationInfo<Shape>::symbol(info, is_mips64el);
    relocation.type = RelocationInfo<Shape>::type(info, is_mips64el);
    if constexpr (sizeof(Entry) == sizeof(typename Shape::Rela))
      relocation.addend = Shape::native(raw.r_addend);
    work(i, relocation);
  }
}

}  // namespace kbx::link
