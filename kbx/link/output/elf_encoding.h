#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <elf.h>

#include "kbx/base/parallel.h"
#include "kbx/link/input/file.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/output/symbols.h"

namespace kbx::link {

/// What the ELF header says, in this machine's byte order.
struct FileHeader {
  std::uint16_t type = ET_REL;
  std::uint16_t machine = 0;
  std::uint32_t flags = 0;
  std::uint8_t os_abi = 0;
  std::uint8_t abi_version = 0;
  std::uint64_t entry = 0;
  std::uint64_t segments_offset = 0;
  std::uint16_t segment_count = 0;
  std::uint64_t sections_offset = 0;
  std::size_t section_count = 0;
  std::uint32_t names_index = 0;
};

template <typename Shape>
typename Shape::Header encode(const FileHeader& header) {
  using Word = typename Shape::Word;
  using SegmentHeader = std::conditional_t<Shape::is_64bit, Elf64_Phdr, Elf32_Phdr>;
  typename Shape::Header raw{};
  std::memcpy(raw.e_ident, ELFMAG, SELFMAG);
  raw.e_ident[EI_CLASS] = Shape::is_64bit ? ELFCLASS64 : ELFCLASS32;
  raw.e_ident[EI_DATA] = Shape::is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
  raw.e_ident[EI_VERSION] = EV_CURRENT;
  raw.e_ident[EI_OSABI] = header.os_abi;
  raw.e_ident[EI_ABIVERSION] = header.abi_version;
  raw.e_type = Shape::native(header.type);
  raw.e_machine = Shape::native(header.machine);
  raw.e_version = Shape::native(std::uint32_t{EV_CURRENT});
  raw.e_entry = Shape::native(static_cast<Word>(header.entry));
  raw.e_phoff = Shape::native(static_cast<Word>(header.segments_offset));
  raw.e_shoff = Shape::native(static_cast<Word>(header.sections_offset));
  raw.e_flags = Shape::native(header.flags);
  raw.e_ehsize = Shape::native(static_cast<std::uint16_t>(sizeof raw));
  if (header.segment_count != 0)
    raw.e_phentsize = Shape::native(static_cast<std::uint16_t>(sizeof(SegmentHeader)));
  raw.e_phnum = Shape::native(header.segment_count);
  raw.e_shentsize = Shape::native(static_cast<std::uint16_t>(sizeof(typename Shape::Section)));
  const std::size_t count = header.section_count;
  raw.e_shnum = Shape::native(static_cast<std::uint16_t>(count < SHN_LORESERVE ? count : 0));
  raw.e_shstrndx = Shape::native(static_cast<std::uint16_t>(
      header.names_index < SHN_LORESERVE ? header.names_index : std::uint32_t{SHN_XINDEX}));
  return raw;
}

template <typename Shape>
typename Shape::Section encode(const Elf64_Shdr& header) {
  using Word = typename Shape::Word;
  typename Shape::Section raw{};
  raw.sh_name = Shape::native(header.sh_name);
  raw.sh_type = Shape::native(header.sh_type);
  raw.sh_flags = Shape::native(static_cast<Word>(header.sh_flags));
  raw.sh_addr = Shape::native(static_cast<Word>(header.sh_addr));
  raw.sh_offset = Shape::native(static_cast<Word>(header.sh_offset));
  raw.sh_size = Shape::native(static_cast<Word>(header.sh_size));
  raw.sh_link = Shape::native(header.sh_link);
  raw.sh_info = Shape::native(header.sh_info);
  raw.sh_addralign = Shape::native(static_cast<Word>(header.sh_addralign));
  raw.sh_entsize = Shape::native(static_cast<Word>(header.sh_entsize));
  return raw;
}

template <typename Shape>
typename Shape::Symbol encode(const OutputSymbol& symbol, std::uint32_t name) {
  using Word = typename Shape::Word;
  typename Shape::Symbol raw{};
  raw.st_name = Shape::native(name);
  raw.st_value = Shape::native(static_cast<Word>(symbol.value));
  raw.st_size = Shape::native(static_cast<Word>(symbol.size));
  raw.st_info = static_cast<unsigned char>(symbol.binding << 4 | symbol.type);
  raw.st_other = symbol.other;
  const bool is_extended =
      symbol.section < first_reserved_section && symbol.section >= SHN_LORESERVE;
  raw.st_shndx = Shape::native(
      static_cast<std::uint16_t>(is_extended ? std::uint32_t{SHN_XINDEX} : symbol.section));
  return raw;
}

/// Writes a symbol table, the section indices that do not fit into it to `extended` (null: all fit)
/// and the names behind one another to `names`.
template <typename Shape>
void write_symbol_table(const OutputSymbols& symbols, char* place, char* extended, char* names,
                        unsigned threads) {
  constexpr std::size_t at_a_time = 4096;
  const std::size_t count = symbols.symbols.size();
  parallel_for((count + at_a_time - 1) / at_a_time, threads, [&](std::size_t block) {
    const std::size_t end = std::min(count, (block + 1) * at_a_time);
    for (std::size_t i = block * at_a_time; i < end; ++i) {
      const OutputSymbol& symbol = symbols.symbols[i];
      const auto raw = encode<Shape>(symbol, symbols.names.offset(symbol.name));
      std::memcpy(place + i * sizeof raw, &raw, sizeof raw);
      if (!extended) continue;
      const bool is_extended =
          symbol.section < first_reserved_section && symbol.section >= SHN_LORESERVE;
      Shape::template store<std::uint32_t>(extended + i * sizeof(std::uint32_t),
                                           is_extended ? symbol.section : 0);
    }
  });
  symbols.names.write(names, threads);
}

/// Any of these raw structures as bytes.
template <typename Raw>
std::string bytes_of(const Raw& raw) {
  return std::string(reinterpret_cast<const char*>(&raw), sizeof raw);
}

}  // namespace kbx::link
