#include "kbx/link/input/shared_object.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/object.h"
#include "kbx/link/input/shape.h"

/// Reading a shared object for the link, after the System V gABI, chapter 5, "Dynamic Linking",
/// and the LSB's "Symbol Versioning". GNU ld goes by the section headers, not by the segments:
/// .dynsym is the section of type SHT_DYNSYM, and the version tables are those of their types.
namespace kbx::link {
namespace {

constexpr std::uint16_t hidden_version = 0x8000;  // VERSYM_HIDDEN
// Far beyond what any library has; an index is 15 bits wide.
constexpr std::size_t most_versions = 0x8000;

template <typename Shape>
class SharedReader {
 public:
  SharedReader(InputFile& file, SharedObject& shared, Arena& arena)
      : file_(file), shared_(shared), arena_(arena) {}

  void read() {
    read_header();
    read_section_headers();
    read_dynamic();
    make_sections();
    find_readonly_data();
    read_versions();
    read_symbols();
  }

 private:
  using Section = typename Shape::Section;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Location{file_.path, 0}, "broken shared object: " + what,
                "the file was cut short or is no shared object; install it again");
  }

  std::string_view bytes(std::uint64_t offset, std::uint64_t size, const std::string& what) const {
    const std::string_view content = file_.content;
    if (offset > content.size() || size > content.size() - offset)
      fail(fmt::format("{} (offset {:#x}, size {:#x}) reaches beyond the end of the file at {:#x}",
                       what, offset, size, content.size()));
    return content.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  template <typename Number>
  static Number native(Number value) {
    return Shape::native(value);
  }

  template <typename Structure>
  static Structure load(std::string_view bytes, std::size_t at) {
    Structure value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }

  void read_header() {
    const auto raw =
        load<typename Shape::Header>(bytes(0, sizeof(typename Shape::Header), "the ELF header"), 0);
    file_.is_64bit = Shape::is_64bit;
    file_.is_big_endian = Shape::is_big_endian;
    file_.machine = native(raw.e_machine);
    file_.elf_flags = native(raw.e_flags);
    file_.os_abi = raw.e_ident[EI_OSABI];
    table_offset_ = native(raw.e_shoff);
    count_ = native(raw.e_shnum);
    names_index_ = native(raw.e_shstrndx);
    if (table_offset_ != 0 && native(raw.e_shentsize) != sizeof(Section))
      fail(fmt::format("section headers of {} bytes, expected {}", native(raw.e_shentsize),
                       sizeof(Section)));
  }

  void read_section_headers() {
    if (table_offset_ == 0) return;
    constexpr std::size_t size = sizeof(Section);
    const auto first = load<Section>(bytes(table_offset_, size, "the section table"), 0);
    if (count_ == 0) count_ = native(first.sh_size);
    if (names_index_ == SHN_XINDEX) names_index_ = native(first.sh_link);
    if (count_ > file_.content.size() / size) fail(fmt::format("{} sections", count_));
    const std::string_view table = bytes(table_offset_, count_ * size, "the section table");
    headers_.reserve(static_cast<std::size_t>(count_));
    for (std::size_t i = 0; i < count_; ++i) headers_.push_back(load<Section>(table, i * size));
    if (names_index_ < headers_.size()) names_ = content_of(names_index_);
  }

  std::string_view content_of(std::size_t index) const {
    const Section& header = headers_[index];
    if (native(header.sh_type) == SHT_NOBITS) return {};
    return bytes(native(header.sh_offset), native(header.sh_size),
                 fmt::format("section {}", index));
  }

  /// The content of the section that `index`'s sh_link names, which holds strings.
  std::string_view strings_of(std::size_t index) const {
    const std::uint32_t link = native(headers_[index].sh_link);
    if (link >= headers_.size() || native(headers_[link].sh_type) != SHT_STRTAB)
      fail(fmt::format("section {} has no string table", index));
    return content_of(link);
  }

  std::string_view text_at(std::string_view table, std::uint64_t offset, const char* what) const {
    if (offset >= table.size()) {
      if (offset == 0) return {};
      fail(fmt::format("{} lies at {:#x} of a string table of {:#x} bytes", what, offset,
                       table.size()));
    }
    const std::string_view rest = table.substr(static_cast<std::size_t>(offset));
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) fail(fmt::format("{} has no end", what));
    return rest.substr(0, end);
  }

  /// The first section of a type; 0: there is none.
  std::size_t section_of_type(std::uint32_t type) const {
    for (std::size_t i = 1; i < headers_.size(); ++i)
      if (native(headers_[i].sh_type) == type) return i;
    return 0;
  }

  void read_dynamic() {
    const std::size_t index = section_of_type(SHT_DYNAMIC);
    if (index == 0) return;
    const std::string_view table = content_of(index);
    const std::string_view strings = strings_of(index);
    using Word = typename Shape::Word;
    constexpr std::size_t size = 2 * sizeof(Word);
    for (std::size_t at = 0; at + size <= table.size(); at += size) {
      const auto tag = static_cast<std::int64_t>(
          static_cast<typename Shape::SignedWord>(Shape::template load<Word>(table.data() + at)));
      const std::uint64_t value = Shape::template load<Word>(table.data() + at + sizeof(Word));
      if (tag == DT_NULL) break;
      if (tag == DT_SONAME) shared_.soname = text_at(strings, value, "DT_SONAME");
      if (tag == DT_NEEDED) shared_.needed.push_back(text_at(strings, value, "DT_NEEDED"));
      if (tag == DT_RPATH) shared_.rpath = text_at(strings, value, "DT_RPATH");
      if (tag == DT_RUNPATH) shared_.runpath = text_at(strings, value, "DT_RUNPATH");
    }
    // The dynamic linker looks at DT_RPATH only where there is no DT_RUNPATH.
    if (!shared_.runpath.empty()) shared_.rpath = {};
  }

  void make_sections() {
    file_.by_index.assign(headers_.size(), nullptr);
    for (std::uint32_t i = 1; i < headers_.size(); ++i) {
      const Section& header = headers_[i];
      const std::uint64_t flags = native(header.sh_flags);
      const std::string_view name = text_at(names_, native(header.sh_name), "a section's name");
      if (name.starts_with(".gnu.warning")) shared_.warnings.push_back({name, content_of(i)});
      if (!(flags & SHF_ALLOC)) continue;
      auto* section = arena_.make<InputSection>();
      section->file = &file_;
      section->name = name;
      section->index = i;
      section->type = native(header.sh_type);
      section->flags = flags;
      section->address = native(header.sh_addr);
      section->size = native(header.sh_size);
      const std::uint64_t alignment = native(header.sh_addralign);
      if (alignment != 0)
        section->alignment_power =
            static_cast<std::uint8_t>(std::min(std::countr_zero(alignment), 62));
      section->traits = trait_alloc;
      if (section->type != SHT_NOBITS) section->traits |= trait_load | trait_contents;
      if (!(flags & SHF_WRITE)) section->traits |= trait_readonly;
      if (flags & SHF_EXECINSTR) section->traits |= trait_code;
      if (flags & SHF_TLS) section->traits |= trait_thread_local;
      file_.by_index[i] = section;
      file_.sections.push_back(section);
    }
  }

  /// What is read-only once relocations are done counts as read-only (PT_GNU_RELRO).
  void find_readonly_data() {
    using Segment = std::conditional_t<Shape::is_64bit, Elf64_Phdr, Elf32_Phdr>;
    const auto raw =
        load<typename Shape::Header>(bytes(0, sizeof(typename Shape::Header), "the ELF header"), 0);
    const std::uint64_t count = native(raw.e_phnum);
    if (native(raw.e_phoff) == 0 || native(raw.e_phentsize) != sizeof(Segment)) return;
    const std::string_view table =
        bytes(native(raw.e_phoff), count * sizeof(Segment), "the table of program headers");
    for (std::size_t i = 0; i < count; ++i) {
      const auto segment = load<Segment>(table, i * sizeof(Segment));
      if (native(segment.p_type) != PT_GNU_RELRO) continue;
      const std::uint64_t start = native(segment.p_vaddr);
      const std::uint64_t size = native(segment.p_memsz);
      for (InputSection* section : file_.sections) {
        const std::uint64_t offset = section->address - start;
        if (section->address >= start && offset <= size && section->size <= size - offset)
          section->traits |= trait_readonly;
      }
      return;
    }
  }

  // Versions.

  void set_version(std::uint16_t index, SharedVersion version) {
    if (index >= most_versions) fail(fmt::format("version number {}", index));
    if (shared_.versions.size() <= index) shared_.versions.resize(index + std::size_t{1});
    shared_.versions[index] = version;
  }

  void read_definitions(std::size_t index) {
    const std::string_view table = content_of(index);
    const std::string_view strings = strings_of(index);
    std::uint64_t at = 0;
    const std::uint32_t count = native(headers_[index].sh_info);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (at > table.size() || table.size() - at < sizeof(Elf64_Verdef))
        fail(fmt::format("version definition {} lies at {:#x} of {:#x}", i, at, table.size()));
      const auto raw = load<Elf64_Verdef>(table, at);
      const std::uint64_t name_at = at + native(raw.vd_aux);
      if (name_at > table.size() || table.size() - name_at < sizeof(Elf64_Verdaux))
        fail(fmt::format("the name of version definition {} lies at {:#x} of {:#x}", i, name_at,
                         table.size()));
      SharedVersion version;
      version.flags = native(raw.vd_flags);
      version.hash = native(raw.vd_hash);
      version.name = text_at(strings, native(load<Elf64_Verdaux>(table, name_at).vda_name),
                             "the name of a version");
      set_version(native(raw.vd_ndx) & 0x7fff, version);
      if (native(raw.vd_next) == 0) break;
      at += native(raw.vd_next);
    }
  }

  void read_needs(std::size_t index) {
    const std::string_view table = content_of(index);
    const std::string_view strings = strings_of(index);
    std::uint64_t at = 0;
    std::size_t seen = 0;
    const auto check = [&](std::uint64_t place, std::size_t size) {
      if (place > table.size() || table.size() - place < size || ++seen > table.size())
        fail(fmt::format("a needed version lies at {:#x} of {:#x}", place, table.size()));
    };
    const std::uint32_t count = native(headers_[index].sh_info);
    for (std::uint32_t i = 0; i < count; ++i) {
      check(at, sizeof(Elf64_Verneed));
      const auto raw = load<Elf64_Verneed>(table, at);
      std::uint64_t aux = at + native(raw.vn_aux);
      for (unsigned k = 0; k < native(raw.vn_cnt); ++k) {
        check(aux, sizeof(Elf64_Vernaux));
        const auto version = load<Elf64_Vernaux>(table, aux);
        const std::size_t number = native(version.vna_other) & 0x7fffu;
        if (shared_.needed_versions.size() <= number) shared_.needed_versions.resize(number + 1);
        shared_.needed_versions[number] =
            text_at(strings, native(version.vna_name), "the name of a version");
        if (native(version.vna_next) == 0) break;
        aux += native(version.vna_next);
      }
      if (native(raw.vn_next) == 0) break;
      at += native(raw.vn_next);
    }
  }

  void read_versions() {
    if (const std::size_t index = section_of_type(SHT_GNU_verdef)) read_definitions(index);
    if (const std::size_t index = section_of_type(SHT_GNU_verneed)) read_needs(index);
  }

  void read_symbols() {
    const std::size_t index = section_of_type(SHT_DYNSYM);
    if (index == 0) return;
    constexpr std::size_t size = sizeof(typename Shape::Symbol);
    const std::string_view table = content_of(index);
    const std::string_view names = strings_of(index);
    const std::size_t count = table.size() / size;
    const std::uint32_t first = native(headers_[index].sh_info);
    if (first > count) fail(fmt::format("{} local symbols of {}", first, count));
    file_.first_global = first;
    file_.symbols.resize(count);
    for (std::size_t i = 1; i < count; ++i) {
      const auto raw = load<typename Shape::Symbol>(table, i * size);
      InputSymbol& symbol = file_.symbols[i];
      if (i >= first) symbol.name = text_at(names, native(raw.st_name), "the name of a symbol");
      symbol.value = native(raw.st_value);
      symbol.size = native(raw.st_size);
      symbol.binding = raw.st_info >> 4;
      symbol.type = raw.st_info & 0xf;
      symbol.other = raw.st_other;
      symbol.section = native(raw.st_shndx);
      if (symbol.section >= SHN_LORESERVE) symbol.section += first_reserved_section - SHN_LORESERVE;
    }
    file_.globals.assign(count - std::min<std::size_t>(count, first), nullptr);
    read_symbol_versions(count);
  }

  void read_symbol_versions(std::size_t count) {
    const std::size_t index = section_of_type(SHT_GNU_versym);
    if (index == 0 || (shared_.versions.empty() && shared_.needed_versions.empty())) return;
    const std::string_view table = content_of(index);
    if (table.size() / sizeof(std::uint16_t) != count)
      fail(fmt::format("versions of {} symbols, but {} symbols",
                       table.size() / sizeof(std::uint16_t), count));
    shared_.symbol_versions.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      shared_.symbol_versions.push_back(
          Shape::template load<std::uint16_t>(table.data() + i * sizeof(std::uint16_t)));
    for (std::size_t i = file_.first_global; i < count; ++i) check_version(i);
  }

  void check_version(std::size_t i) const {
    const unsigned number = shared_.symbol_versions[i] & ~unsigned{hidden_version};
    const InputSymbol& symbol = file_.symbols[i];
    if (symbol.section == SHN_UNDEF || number <= 1 || number < shared_.versions.size()) return;
    fail(fmt::format("symbol {} has version {} of {}", symbol.name, number,
                     shared_.versions.size()));
  }

  InputFile& file_;
  SharedObject& shared_;
  Arena& arena_;
  std::uint64_t table_offset_ = 0;
  std::uint64_t count_ = 0;
  std::uint32_t names_index_ = 0;
  std::string_view names_;
  std::vector<Section> headers_;
};

}  // namespace

bool is_shared_object(std::string_view content) {
  if (!is_elf(content) || content.size() < EI_NIDENT + sizeof(std::uint16_t)) return false;
  const bool is_big_endian = content[EI_DATA] == ELFDATA2MSB;
  return with_shape(true, is_big_endian, [&]<typename Shape>(Shape) {
    return Shape::template load<std::uint16_t>(content.data() + EI_NIDENT) == ET_DYN;
  });
}

MachineFormat elf_format(std::string_view content) {
  MachineFormat format;
  format.is_64bit = content[EI_CLASS] == ELFCLASS64;
  format.is_big_endian = content[EI_DATA] == ELFDATA2MSB;
  with_shape(format.is_64bit, format.is_big_endian, [&]<typename Shape>(Shape) {
    format.machine =
        Shape::template load<std::uint16_t>(content.data() + EI_NIDENT + sizeof(std::uint16_t));
  });
  return format;
}

void read_shared_object(std::string_view content, std::string path, std::string soname,
                        Arena& arena, SharedObject& shared, InputFile& file) {
  file.path = std::move(path);
  file.symbol_name = soname;
  file.content = content;
  file.shared = &shared;
  shared.soname = std::move(soname);
  const auto file_class = static_cast<unsigned char>(content[EI_CLASS]);
  if (file_class != ELFCLASS32 && file_class != ELFCLASS64)
    throw Error(Location{file.path, 0}, fmt::format("broken ELF file: class {}", file_class));
  with_shape(file_class == ELFCLASS64, content[EI_DATA] == ELFDATA2MSB,
             [&]<typename Shape>(Shape) { SharedReader<Shape>(file, shared, arena).read(); });
}

}  // namespace kbx::link
