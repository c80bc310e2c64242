#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace kbx::elf {

/// A place in a section that the linker changes.
struct NewRelocation {
  std::uint64_t offset = 0;
  std::uint32_t type = 0;   // R_*, of the object's machine
  std::size_t symbol = 0;   // index into NewObject::symbols
  std::int64_t addend = 0;  // without NewObject::has_addends: 0, it lies in the content
};

struct NewSection {
  std::string name;
  std::uint32_t type = 0;  // SHT_*
  std::uint64_t flags = 0;
  std::uint64_t alignment = 1;
  std::uint64_t entry_size = 0;
  std::string content;
  std::uint64_t size = 0;  // of SHT_NOBITS, which has no content
  std::vector<NewRelocation> relocations;
};

struct NewSymbol {
  std::string name;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint8_t binding = 0;     // STB_*
  std::uint8_t type = 0;        // STT_*
  std::uint8_t visibility = 0;  // STV_*
  std::uint32_t section = 0;    // 0: undefined; n: sections[n - 1]; or one of SHN_*
};

/// An object file to be.
struct NewObject {
  bool is_64bit = false;
  bool is_big_endian = false;
  std::uint8_t os_abi = 0;
  std::uint8_t abi_version = 0;
  std::uint16_t machine = 0;  // EM_*
  std::uint32_t flags = 0;
  bool has_addends = true;  // relocation sections are SHT_RELA, else SHT_REL
  std::vector<NewSection> sections;
  std::vector<NewSymbol> symbols;  // in any order
};

/// Appends the lowest `width` (at most 8) bytes of `value` in that byte order.
void append_number(std::string& bytes, std::uint64_t value, std::size_t width, bool is_big_endian);

/// The bytes of an ET_REL file. Throws Error if something names what is not there or is too large
/// for its field.
std::string write_object(const NewObject& object);

}  // namespace kbx::elf
