#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kbx::fuzz {

/// A number of a file, by its place.
struct Field {
  std::string_view name;
  std::size_t at32;
  std::size_t width32;
  std::size_t at64;
  std::size_t width64;
};

inline constexpr Field header_fields[] = {
    {"e_type", 16, 2, 16, 2},     {"e_machine", 18, 2, 18, 2},   {"e_version", 20, 4, 20, 4},
    {"e_entry", 24, 4, 24, 8},    {"e_phoff", 28, 4, 32, 8},     {"e_shoff", 32, 4, 40, 8},
    {"e_flags", 36, 4, 48, 4},    {"e_ehsize", 40, 2, 52, 2},    {"e_phentsize", 42, 2, 54, 2},
    {"e_phnum", 44, 2, 56, 2},    {"e_shentsize", 46, 2, 58, 2}, {"e_shnum", 48, 2, 60, 2},
    {"e_shstrndx", 50, 2, 62, 2},
};

inline constexpr Field section_fields[] = {
    {"sh_name", 0, 4, 0, 4},      {"sh_type", 4, 4, 4, 4},     {"sh_flags", 8, 4, 8, 8},
    {"sh_addr", 12, 4, 16, 8},    {"sh_offset", 16, 4, 24, 8}, {"sh_size", 20, 4, 32, 8},
    {"sh_link", 24, 4, 40, 4},    {"sh_info", 28, 4, 44, 4},   {"sh_addralign", 32, 4, 48, 8},
    {"sh_entsize", 36, 4, 56, 8},
};
enum SectionField { sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link, sh_info };

inline constexpr Field symbol_fields[] = {
    {"st_name", 0, 4, 0, 4},   {"st_info", 12, 1, 4, 1}, {"st_other", 13, 1, 5, 1},
    {"st_shndx", 14, 2, 6, 2}, {"st_value", 4, 4, 8, 8}, {"st_size", 8, 4, 16, 8},
};

inline constexpr Field relocation_fields[] = {
    {"r_offset", 0, 4, 0, 8}, {"r_info", 4, 4, 8, 8}, {"r_addend", 8, 4, 16, 8}};

/// The places of an ELF file's headers, as far as a sound file has them. Has nothing in common with
/// the reader that is tested.
class Layout {
 public:
  struct Section {
    std::size_t header = 0;  // where its entry of the section table begins
    std::string name;
    std::uint64_t type = 0;
    std::size_t offset = 0;
    std::size_t size = 0;  // in the file
  };

  explicit Layout(std::string_view content);

  bool is_elf() const { return is_elf_; }
  bool is_64bit() const { return is_64bit_; }
  std::size_t table() const { return table_; }
  std::size_t header_size() const { return is_64bit_ ? 64 : 52; }
  std::size_t section_header_size() const { return is_64bit_ ? 64 : 40; }
  std::size_t symbol_size() const { return is_64bit_ ? 24 : 16; }
  const std::vector<Section>& sections() const { return sections_; }

  std::size_t place(const Field& field) const { return is_64bit_ ? field.at64 : field.at32; }
  std::size_t width(const Field& field) const { return is_64bit_ ? field.width64 : field.width32; }

  /// A number in the file's byte order; 0 where the file has ended.
  std::uint64_t load(std::string_view content, std::size_t at, std::size_t width) const;
  void store(std::string& content, std::size_t at, std::size_t width, std::uint64_t value) const;

 private:
  bool is_elf_ = false;
  bool is_64bit_ = false;
  bool is_big_endian_ = false;
  std::size_t table_ = 0;
  std::vector<Section> sections_;
};

}  // namespace kbx::fuzz
