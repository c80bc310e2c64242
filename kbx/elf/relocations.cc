#include "kbx/elf/relocations.h"

#include <elf.h>

#include "kbx/base/error.h"

/// Relocation sections of both classes and byte orders, after the System V gABI, "Relocation". An
/// entry is two or three words as wide as an address: offset, info and, in SHT_RELA, the addend.
/// The info word holds symbol and type: 24 and 8 bits, or 32 and 32. 64-bit MIPS stores instead a
/// 32-bit symbol index in the file's byte order and four single bytes after it, the last of which
/// is the first type.
namespace kbx::elf {
namespace {

struct Info {
  std::uint64_t symbol = 0;
  std::uint32_t type = 0;
};

Info info_of(const Object& object, std::string_view bytes) {
  if (object.is_64bit && object.machine == EM_MIPS)
    return {read_number(bytes.substr(0, 4), object.is_big_endian),
            static_cast<unsigned char>(bytes[7])};
  const std::uint64_t word = read_number(bytes, object.is_big_endian);
  if (object.is_64bit) return {word >> 32, static_cast<std::uint32_t>(word & 0xffffffff)};
  return {word >> 8, static_cast<std::uint32_t>(word & 0xff)};
}

std::int64_t signed_number(std::uint64_t value, bool is_64bit) {
  if (is_64bit) return static_cast<std::int64_t>(value);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}

}  // namespace

std::vector<Relocation> read_relocations(const Object& object, const Section& section,
                                         const std::string& path) {
  const size_t word = object.is_64bit ? 8 : 4;
  const bool has_addend = section.type == SHT_RELA;
  const size_t size = word * (has_addend ? 3 : 2);
  std::vector<Relocation> entries;
  entries.reserve(section.content.size() / size);
  for (size_t at = 0; section.content.size() - at >= size; at += size) {
    const std::string_view bytes = section.content.substr(at, size);
    Relocation entry;
    entry.offset = read_number(bytes.substr(0, word), object.is_big_endian);
    const Info info = info_of(object, bytes.substr(word, word));
    entry.type = info.type;
    if (info.symbol > object.symbols.size())
      throw Error(Location{path, 0}, "broken ELF file: a relocation's symbol does not exist",
                  "delete it and build again");
    // The symbol table is kept without its empty first entry.
    if (info.symbol > 0) entry.symbol = &object.symbols[static_cast<size_t>(info.symbol - 1)];
    entry.has_addend = has_addend;
    if (has_addend)
      entry.addend = signed_number(read_number(bytes.substr(2 * word, word), object.is_big_endian),
                                   object.is_64bit);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace kbx::elf
