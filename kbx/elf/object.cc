#include "kbx/elf/object.h"

#include <bit>
#include <cstring>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"

/// The reader for ELF files of all four shapes: {32,64} bits × {little,big} endian, after the
/// System V gABI, chapters 4 "Object Files" and 5.
///
/// Nothing in the file is believed: every offset and count is checked against the size of the file
/// before use, and no memory is asked for that the file could not fill. Sections may lie over one
/// another, and so may names, but only so far that whoever reads each once has not much more to
/// read than the file. The two shapes of each structure come from <elf.h>; `Reader` is instantiated
/// once per class and swaps bytes as it loads, so that the rest of the program only knows native
/// numbers.
namespace kbx::elf {
namespace {

struct Class32 {
  using Header = Elf32_Ehdr;
  using SectionHeader = Elf32_Shdr;
  using SymbolEntry = Elf32_Sym;
};

struct Class64 {
  using Header = Elf64_Ehdr;
  using SectionHeader = Elf64_Shdr;
  using SymbolEntry = Elf64_Sym;
};

template <typename Number>
Number swap_bytes(Number value) {
  Number result = 0;
  for (size_t i = 0; i < sizeof value; ++i) {
    result = static_cast<Number>(static_cast<std::uint64_t>(result) << 8 | (value & 0xff));
    value = static_cast<Number>(static_cast<std::uint64_t>(value) >> 8);
  }
  return result;
}

template <typename Class>
class Reader {
 public:
  Reader(std::string_view content, const std::string& path) : content_(content), path_(path) {}

  Object read() {
    object_.is_64bit = sizeof(typename Class::Header) == sizeof(Elf64_Ehdr);
    object_.is_big_endian = content_[EI_DATA] == ELFDATA2MSB;
    const auto header = load<typename Class::Header>(0, "ELF header");
    object_.type = native(header.e_type);
    object_.machine = native(header.e_machine);
    object_.flags = native(header.e_flags);
    read_sections(header);
    read_symbols();
    return std::move(object_);
  }

 private:
  using SectionHeader = typename Class::SectionHeader;
  using SymbolEntry = typename Class::SymbolEntry;

  template <typename Number>
  Number native(Number value) const {
    const bool machine_is_big = std::endian::native == std::endian::big;
    return object_.is_big_endian == machine_is_big ? value : swap_bytes(value);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Location{path_, 0}, "broken ELF file: " + what,
                "the file was cut short or is not an object; delete it and build again");
  }

  std::string_view bytes(std::uint64_t offset, std::uint64_t size, const char* what) const {
    if (offset > content_.size() || size > content_.size() - offset)
      fail(std::string(what) + " reaches beyond the end of the file");
    return content_.substr(static_cast<size_t>(offset), static_cast<size_t>(size));
  }

  template <typename Structure>
  Structure load(std::uint64_t offset, const char* what) const {
    Structure value;
    std::memcpy(&value, bytes(offset, sizeof value, what).data(), sizeof value);
    return value;
  }

  /// Adds what is read to a sum that has to stay in proportion to the file.
  void weigh(std::uint64_t& sum, std::uint64_t size, std::uint64_t most, const char* what) const {
    sum += size;
    if (sum / most > content_.size()) fail(std::string(what) + " lie over one another");
  }

  std::string_view name_at(std::string_view table, std::uint64_t offset, const char* what) {
    // Linkers let a name end within another: "kbx_one" and "one". This many never share one.
    constexpr std::uint64_t most = 16;
    // A kernel's own names have at most 512 bytes (KSYM_NAME_LEN); messages repeat them.
    constexpr std::size_t longest = 4096;
    const std::string_view name = text_at(table, offset, what);
    if (name.size() > longest) fail(fmt::format("{} has more than {} bytes", what, longest));
    weigh(name_bytes_, name.size(), most, "names");
    return name;
  }

  std::string_view text_at(std::string_view table, std::uint64_t offset, const char* what) const {
    if (offset >= table.size()) {
      if (offset == 0) return {};
      fail(std::string(what) + " lies outside its string table");
    }
    const std::string_view rest = table.substr(static_cast<size_t>(offset));
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) fail(std::string(what) + " has no end");
    return rest.substr(0, end);
  }

  void read_sections(const typename Class::Header& header) {
    const std::uint64_t table = native(header.e_shoff);
    if (table == 0) return;
    if (native(header.e_shentsize) != sizeof(SectionHeader))
      fail("section headers have an unknown size");
    const auto first = load<SectionHeader>(table, "section table");
    std::uint64_t count = native(header.e_shnum);
    if (count == 0) count = native(first.sh_size);
    std::uint64_t names_index = native(header.e_shstrndx);
    if (names_index == SHN_XINDEX) names_index = native(first.sh_link);
    if (count > content_.size() / sizeof(SectionHeader)) fail("too many sections");
    bytes(table, count * sizeof(SectionHeader), "section table");

    std::vector<std::uint32_t> name_offsets;
    std::uint64_t section_bytes = 0;
    object_.sections.reserve(static_cast<size_t>(count));
    name_offsets.reserve(static_cast<size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto raw = load<SectionHeader>(table + i * sizeof(SectionHeader), "section header");
      object_.sections.push_back(section_of(raw, i == 0));
      constexpr std::uint64_t most = 2;
      weigh(section_bytes, object_.sections.back().content.size(), most, "sections");
      name_offsets.push_back(native(raw.sh_name));
    }
    if (names_index == SHN_UNDEF) return;
    if (names_index >= count) fail("there is no section with the names of sections");
    const std::string_view names = object_.sections[static_cast<size_t>(names_index)].content;
    for (size_t i = 0; i < object_.sections.size(); ++i)
      object_.sections[i].name = name_at(names, name_offsets[i], "a section's name");
  }

  Section section_of(const SectionHeader& raw, bool is_first) const {
    Section section;
    section.type = native(raw.sh_type);
    section.flags = native(raw.sh_flags);
    section.address = native(raw.sh_addr);
    section.link = native(raw.sh_link);
    section.info = native(raw.sh_info);
    section.alignment = native(raw.sh_addralign);
    section.entry_size = native(raw.sh_entsize);
    section.size = native(raw.sh_size);
    // The first entry's size field holds the number of sections when there are many.
    if (!is_first && section.type != SHT_NOBITS && section.type != SHT_NULL)
      section.content = bytes(native(raw.sh_offset), section.size, "a section");
    return section;
  }

  void read_symbols() {
    for (size_t i = 0; i < object_.sections.size(); ++i)
      if (object_.sections[i].type == SHT_SYMTAB) return read_symbol_table(i);
  }

  void read_symbol_table(size_t index) {
    const Section& table = object_.sections[index];
    if (table.entry_size != sizeof(SymbolEntry)) fail("symbols have an unknown size");
    if (table.link >= object_.sections.size()) fail("the symbol table has no string table");
    const std::string_view names = object_.sections[table.link].content;
    std::string_view far_sections;  // section indices that do not fit into 16 bits
    for (const Section& section : object_.sections)
      if (section.type == SHT_SYMTAB_SHNDX && section.link == index) far_sections = section.content;

    const size_t count = table.content.size() / sizeof(SymbolEntry);
    object_.symbols.reserve(count);
    for (size_t i = 1; i < count; ++i) {
      SymbolEntry raw;
      std::memcpy(&raw, table.content.data() + i * sizeof raw, sizeof raw);
      Symbol symbol;
      symbol.name = name_at(names, native(raw.st_name), "a symbol's name");
      symbol.value = native(raw.st_value);
      symbol.size = native(raw.st_size);
      symbol.binding = static_cast<std::uint8_t>(raw.st_info >> 4);
      symbol.type = raw.st_info & 0xf;
      symbol.visibility = raw.st_other & 0x3;
      symbol.section = native(raw.st_shndx);
      if (symbol.section == SHN_XINDEX)
        symbol.section = far_section(far_sections, i);
      else
        symbol.reserved_section = symbol.section >= SHN_LORESERVE;
      if (!symbol.reserved_section && symbol.section >= object_.sections.size())
        fail("a symbol's section does not exist");
      object_.symbols.push_back(symbol);
    }
  }

  std::uint32_t far_section(std::string_view far_sections, size_t index) const {
    std::uint32_t value = 0;
    if (index >= far_sections.size() / sizeof value) fail("a symbol's section does not exist");
    std::memcpy(&value, far_sections.data() + index * sizeof value, sizeof value);
    return native(value);
  }

  std::string_view content_;
  const std::string& path_;
  std::uint64_t name_bytes_ = 0;
  Object object_;
};

}  // namespace

const Section* Object::find_section(std::string_view name) const {
  for (const Section& section : sections)
    if (section.name == name) return &section;
  return nullptr;
}

std::uint64_t read_number(std::string_view bytes, bool is_big_endian) {
  std::uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t at = is_big_endian ? i : bytes.size() - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[at]);
  }
  return value;
}

bool is_elf(std::string_view content) {
  return content.size() >= EI_NIDENT && content.starts_with(std::string_view(ELFMAG, SELFMAG));
}

Object read_object(std::string_view content, const std::string& path) {
  if (!is_elf(content)) throw Error(Location{path, 0}, "not an ELF file");
  const char order = content[EI_DATA];
  if (order != ELFDATA2LSB && order != ELFDATA2MSB)
    throw Error(Location{path, 0}, "broken ELF file: unknown byte order");
  switch (content[EI_CLASS]) {
    case ELFCLASS32:
      return Reader<Class32>(content, path).read();
    case ELFCLASS64:
      return Reader<Class64>(content, path).read();
    default:
      throw Error(Location{path, 0}, "broken ELF file: neither 32 nor 64 bits");
  }
}

}  // namespace kbx::elf
