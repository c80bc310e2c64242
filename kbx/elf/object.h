#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::elf {

/// A section of an object file; the views live as long as the content they were read from.
struct Section {
  std::string_view name;
  std::uint32_t type = 0;  // SHT_*
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t alignment = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t size = 0;
  std::string_view content;  // empty for SHT_NOBITS
};

/// An entry of the symbol table.
struct Symbol {
  std::string_view name;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint8_t binding = 0;     // STB_*
  std::uint8_t type = 0;        // STT_*
  std::uint8_t visibility = 0;  // STV_*
  std::uint32_t section = 0;    // index into Object::sections, or one of the reserved SHN_* values
  bool reserved_section = false;  // `section` is SHN_ABS, SHN_COMMON and the like

  bool is_undefined() const { return section == 0 && !reserved_section; }
};

/// What an ELF file holds, in the byte order of this machine.
struct Object {
  bool is_64bit = false;
  bool is_big_endian = false;
  std::uint16_t type = 0;     // ET_*
  std::uint16_t machine = 0;  // EM_*
  std::uint32_t flags = 0;
  std::vector<Section> sections;  // [0] is the empty one, if there are any
  std::vector<Symbol> symbols;    // of SHT_SYMTAB, without the empty first entry

  /// The first section of that name, or null.
  const Section* find_section(std::string_view name) const;
};

/// The unsigned number that `bytes` (at most 8) hold in that byte order.
std::uint64_t read_number(std::string_view bytes, bool is_big_endian);

/// True if `content` starts as an ELF file does.
bool is_elf(std::string_view content);

/// Reads headers, section table and symbol table of an ELF file of either class and byte order.
/// `path` is for messages. Throws Error if a header points outside the file, or if so much lies
/// over something else that reading all would be out of proportion to the file. The Object refers
/// to `content` and must not outlive it.
Object read_object(std::string_view content, const std::string& path);

}  // namespace kbx::elf
