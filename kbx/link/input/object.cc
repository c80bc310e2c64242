#include "kbx/link/input/object.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <unordered_map>

#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/base/path.h"
#include "kbx/link/arch/special_sections.h"
#include "kbx/link/input/compression.h"
#include "kbx/link/input/name_hash.h"
#include "kbx/link/input/property.h"
#include "kbx/link/input/shape.h"

/// Reading an ELF object for the link, after the System V gABI, chapter 4.
///
/// The order in which sections come to the link decides where they lie in the output, so it is part
/// of the behaviour. It is the order of the section headers, with the exceptions that BFD has: all
/// groups of a file come before the first member of one, and a section comes before its relocations
/// even if its header does not. String tables and the symbol table are no sections here.
namespace kbx::link {
namespace {

constexpr std::uint64_t flag_retain = std::uint64_t{1} << 21;  // SHF_GNU_RETAIN
constexpr std::uint64_t flag_mbind = 0x01000000;               // SHF_GNU_MBIND
constexpr std::size_t group_word = 4;
constexpr std::uint32_t elf_zstd = 2;  // ELFCOMPRESS_ZSTD

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// What names say of sections that are not loaded: debugging sections have no flag of their own.
bool is_debugging_name(std::string_view name) {
  for (const std::string_view start :
       {".debug", ".gnu.debuglto_.debug_", ".gnu.linkonce.wi.", ".zdebug", ".line", ".stab"})
    if (starts_with(name, start)) return true;
  return name == ".gdb_index";
}

Traits traits_of(const Elf64_Shdr& header, std::string_view name) {
  Traits traits = 0;
  if (header.sh_type != SHT_NOBITS) traits |= trait_contents;
  if (header.sh_type == SHT_GROUP) traits |= trait_group;
  if (header.sh_flags & SHF_ALLOC) {
    traits |= trait_alloc;
    if (header.sh_type != SHT_NOBITS) traits |= trait_load;
  }
  if (!(header.sh_flags & SHF_WRITE)) traits |= trait_readonly;
  if (header.sh_flags & SHF_EXECINSTR)
    traits |= trait_code;
  else if (traits & trait_load)
    traits |= trait_data;
  if (header.sh_flags & SHF_MERGE) traits |= trait_merge;
  if (header.sh_flags & SHF_STRINGS) traits |= trait_strings;
  if (header.sh_flags & SHF_TLS) traits |= trait_thread_local;
  if (header.sh_flags & SHF_EXCLUDE) traits |= trait_exclude;
  if (!(traits & trait_alloc) && is_debugging_name(name)) traits |= trait_debugging;
  return traits;
}

std::uint8_t power_of(std::uint64_t alignment) {
  // Of what is no power of two only the lowest bit counts.
  return alignment == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(std::countr_zero(alignment));
}

template <typename Shape>
class ObjectReader {
 public:
  ObjectReader(InputFile& file, Arena& arena) : file_(file), arena_(arena) {}

  void read() {
    read_header();
    read_section_headers();
    find_symbol_table();
    file_.by_index.assign(headers_.size(), nullptr);
    file_.sections.reserve(headers_.size());
    for (std::uint32_t i = 1; i < headers_.size(); ++i) make_section(i);
    join_sections();
    read_symbols();
    for (const InputSection* section : file_.sections)
      if (section->type == SHT_NOTE) read_properties(file_, *section);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Location{file_.path, 0}, "broken object file: " + what,
                "the file was cut short or is not an object; delete it and build again");
  }

  bool is_in_file(std::uint64_t offset, std::uint64_t size) const {
    return offset <= file_.content.size() && size <= file_.content.size() - offset;
  }

  std::string_view bytes(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
    if (!is_in_file(offset, size))
      fail(fmt::format("{} (offset {:#x}, size {:#x}) reaches beyond the end of the file at {:#x}",
                       what, offset, size, file_.content.size()));
    return file_.content.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  template <typename Number>
  static Number native(Number value) {
    return Shape::native(value);
  }

  void read_header() {
    typename Shape::Header raw;
    std::memcpy(&raw, bytes(0, sizeof raw, "the ELF header").data(), sizeof raw);
    file_.is_64bit = Shape::is_64bit;
    file_.is_big_endian = Shape::is_big_endian;
    file_.machine = native(raw.e_machine);
    file_.elf_flags = native(raw.e_flags);
    file_.os_abi = raw.e_ident[EI_OSABI];
    file_.abi_version = raw.e_ident[EI_ABIVERSION];
    if (native(raw.e_type) != ET_REL && !(file_.is_just_symbols && native(raw.e_type) == ET_EXEC))
      throw Error(Location{file_.path, 0},
                  fmt::format("is no relocatable object (ELF type {})", native(raw.e_type)),
                  "only objects that the compiler or ld -r made can be linked");
    table_offset_ = native(raw.e_shoff);
    count_ = native(raw.e_shnum);
    names_index_ = native(raw.e_shstrndx);
    if (table_offset_ != 0 && native(raw.e_shentsize) != sizeof(typename Shape::Section))
      fail(fmt::format("section headers of {} bytes, expected {}", native(raw.e_shentsize),
                       sizeof(typename Shape::Section)));
  }

  Elf64_Shdr header_at(const char* place) const {
    typename Shape::Section raw;
    std::memcpy(&raw, place, sizeof raw);
    Elf64_Shdr header{};
    header.sh_name = native(raw.sh_name);
    header.sh_type = native(raw.sh_type);
    header.sh_flags = native(raw.sh_flags);
    header.sh_addr = native(raw.sh_addr);
    header.sh_offset = native(raw.sh_offset);
    header.sh_size = native(raw.sh_size);
    header.sh_link = native(raw.sh_link);
    header.sh_info = native(raw.sh_info);
    header.sh_addralign = native(raw.sh_addralign);
    header.sh_entsize = native(raw.sh_entsize);
    return header;
  }

  void read_section_headers() {
    if (table_offset_ == 0) return;
    constexpr std::size_t size = sizeof(typename Shape::Section);
    const Elf64_Shdr first = header_at(bytes(table_offset_, size, "the section table").data());
    if (count_ == 0) count_ = first.sh_size;
    if (names_index_ == SHN_XINDEX) names_index_ = first.sh_link;
    if (count_ > file_.content.size() / size) fail(fmt::format("{} sections", count_));
    const std::string_view table = bytes(table_offset_, count_ * size, "the section table");
    headers_.reserve(static_cast<std::size_t>(count_));
    for (std::uint64_t i = 0; i < count_; ++i)
      headers_.push_back(header_at(table.data() + i * size));
    if (names_index_ < count_ && headers_[names_index_].sh_type == SHT_STRTAB)
      names_ = content_of(names_index_);
  }

  std::string_view content_of(std::uint32_t index) const {
    const Elf64_Shdr& header = headers_[index];
    if (header.sh_type == SHT_NOBITS) return {};
    // Its name for the message is made only where there is one: this is asked for every section.
    const std::string what =
        is_in_file(header.sh_offset, header.sh_size) ? "" : fmt::format("section {}", index);
    return bytes(header.sh_offset, header.sh_size, what);
  }

  std::string_view text_at(std::string_view table, std::uint64_t offset, const char* what) const {
    if (offset >= table.size()) {
      if (offset == 0) return {};
      fail(fmt::format("the name of {} lies at {:#x} of a string table of {:#x} bytes", what,
                       offset, table.size()));
    }
    const std::string_view rest = table.substr(static_cast<std::size_t>(offset));
    const auto* end = static_cast<const char*>(std::memchr(rest.data(), 0, rest.size()));
    if (!end) fail(fmt::format("the name of {} has no end", what));
    const auto length = static_cast<std::size_t>(end - rest.data());
    // Names may end within another, but not so many that reading them is out of proportion.
    constexpr std::uint64_t most = 16;
    name_bytes_ += length;
    if (name_bytes_ / most > file_.content.size()) fail("names lie over one another");
    return rest.substr(0, length);
  }

  void find_symbol_table() {
    for (std::uint32_t i = 1; i < headers_.size(); ++i) {
      if (headers_[i].sh_type == SHT_SYMTAB && symbols_index_ == 0) symbols_index_ = i;
      if (headers_[i].sh_type == SHT_SYMTAB_SHNDX) extended_index_ = i;
    }
    if (symbols_index_ == 0) return;
    const Elf64_Shdr& header = headers_[symbols_index_];
    constexpr std::size_t size = sizeof(typename Shape::Symbol);
    if (header.sh_entsize != size) fail(fmt::format("symbols of {} bytes", header.sh_entsize));
    if (header.sh_link >= headers_.size() || headers_[header.sh_link].sh_type != SHT_STRTAB)
      fail("the symbol table has no string table");
    symbol_names_index_ = header.sh_link;
    const std::uint64_t count = header.sh_size / size;
    if (header.sh_info > count && header.sh_size != 0)
      fail(fmt::format("{} local symbols of {}", header.sh_info, count));
    file_.first_global = header.sh_size == 0 ? 0 : header.sh_info;
  }

  bool is_relocation_table(const Elf64_Shdr& header) const {
    return (header.sh_type == SHT_REL || header.sh_type == SHT_RELA) && header.sh_link != 0 &&
           header.sh_link == symbols_index_ && header.sh_info != 0 &&
           header.sh_info < headers_.size() && headers_[header.sh_info].sh_type != SHT_REL &&
           headers_[header.sh_info].sh_type != SHT_RELA;
  }

  InputSection* make_section(std::uint32_t index) {
    if (file_.by_index[index]) return file_.by_index[index];
    const Elf64_Shdr& header = headers_[index];
    switch (header.sh_type) {
      case SHT_NULL:
      case SHT_SYMTAB:
      case SHT_SYMTAB_SHNDX:
      case SHT_SHLIB:
        return nullptr;
      case SHT_STRTAB:
        if (index == names_index_ || index == symbol_names_index_) return nullptr;
        break;
      case SHT_REL:
      case SHT_RELA:
        if (is_relocation_table(header)) {
          attach_relocations(index);
          return nullptr;
        }
        break;
      default:
        break;
    }
    return make_plain_section(index);
  }

  InputSection* make_plain_section(std::uint32_t index) {
    Elf64_Shdr& header = headers_[index];
    if (header.sh_flags & SHF_GROUP) make_groups();
    if (file_.by_index[index]) return file_.by_index[index];
    auto* section = arena_.make<InputSection>();
    section->file = &file_;
    section->name = text_at(names_, header.sh_name, "a section");
    section->index = index;
    section->type = header.sh_type;
    section->flags = header.sh_flags;
    section->address = header.sh_addr;
    section->link = header.sh_link;
    section->info = header.sh_info;
    section->traits = traits_of(header, section->name);
    section->alignment_power = power_of(header.sh_addralign);
    if (section->alignment_power >= 63) fail("an alignment of 2^63");
    section->size = header.sh_size;
    section->entry_size = header.sh_entsize;
    section->content = content_of(index);
    section->uses_rela = uses_rela_by_default(file_.machine);
    unpack_section(*section);
    file_.by_index[index] = section;
    file_.sections.push_back(section);
    if (header.sh_flags & SHF_GROUP) join_group(section);
    if (starts_with(section->name, ".gnu.linkonce") && !section->next_in_group)
      section->traits |= trait_link_once;
    note_gnu_flags(header);
    return section;
  }

  /// Debugging sections are unpacked; .zdebug_* is what they were called before SHF_COMPRESSED.
  void unpack_section(InputSection& section) {
    constexpr std::string_view old_start = ".zdebug_";
    constexpr std::string_view old_magic = "ZLIB";
    constexpr std::size_t old_header = 12;
    std::string_view packed = section.content;
    auto kind = Compression::zlib;
    std::uint64_t size = 0;
    if (section.flags & SHF_COMPRESSED) {
      typename Shape::CompressionHeader raw;
      if (!(section.traits & trait_debugging) || packed.size() < sizeof raw)
        throw Error(Location{file_.path, 0}, fmt::format("section {} is compressed", section.name),
                    "only debugging sections may be; build the object without -gz");
      std::memcpy(&raw, packed.data(), sizeof raw);
      packed.remove_prefix(sizeof raw);
      const std::uint32_t type = native(raw.ch_type);
      if (type != ELFCOMPRESS_ZLIB && type != elf_zstd)
        fail(fmt::format("section {} is compressed in a way ({}) that is not known", section.name,
                         type));
      kind = static_cast<Compression>(type);
      size = native(raw.ch_size);
      section.alignment_power = power_of(native(raw.ch_addralign));
      if (section.alignment_power >= 63) fail("an alignment of 2^63");
      section.flags &= ~std::uint64_t{SHF_COMPRESSED};
    } else if (starts_with(section.name, old_start) && starts_with(packed, old_magic) &&
               packed.size() > old_header) {
      for (std::size_t i = old_magic.size(); i < old_header; ++i)
        size = size << 8 | static_cast<unsigned char>(packed[i]);
      packed.remove_prefix(old_header);
      section.alignment_power = 0;
      section.name = arena_.copy("." + std::string(section.name.substr(2)));
    } else {
      return;
    }
    section.content = size == 0 ? std::string_view() : unpack(kind, packed, size, arena_);
    if (section.content.size() != size)
      fail(fmt::format("section {} cannot be unpacked to {} bytes", section.name, size));
    section.size = size;
  }

  void note_gnu_flags(const Elf64_Shdr& header) {
    if (file_.os_abi == ELFOSABI_GNU || file_.os_abi == ELFOSABI_FREEBSD) {
      if (header.sh_flags & flag_retain) file_.gnu_features |= gnu_retain;
      if (header.sh_flags & flag_mbind) file_.gnu_features |= gnu_mbind;
    } else if (file_.os_abi == ELFOSABI_NONE) {
      if (header.sh_flags & flag_mbind) file_.gnu_features |= gnu_mbind;
    }
  }

  void attach_relocations(std::uint32_t index) {
    const Elf64_Shdr& header = headers_[index];
    const bool is_rela = header.sh_type == SHT_RELA;
    const std::size_t size = is_rela ? sizeof(typename Shape::Rela) : sizeof(typename Shape::Rel);
    if (header.sh_entsize != size)
      fail(fmt::format("section {}: relocations of {} bytes, expected {}", index, header.sh_entsize,
                       size));
    InputSection* target = make_section(header.sh_info);
    if (!target)
      fail(fmt::format("section {} relocates section {}, which cannot be relocated", index,
                       header.sh_info));
    RelocationTable& table = is_rela ? target->rela : target->rel;
    if (table.index != 0) return;
    table.content = content_of(index);
    table.content = table.content.substr(0, table.content.size() / size * size);
    table.index = index;
    if (table.content.size() / size > 0xffffffff) fail("too many relocations");
    target->traits |= trait_relocated;
    if (header.sh_size != 0 && is_rela) target->uses_rela = true;
  }

  // Groups.

  /// Makes all sections of type SHT_GROUP that list something.
  void make_groups() {
    if (has_groups_) return;
    has_groups_ = true;
    for (std::uint32_t i = 0; i < headers_.size(); ++i) {
      const Elf64_Shdr& header = headers_[i];
      if (header.sh_type != SHT_GROUP || header.sh_entsize != group_word ||
          header.sh_size < 2 * group_word || header.sh_size % group_word != 0)
        continue;
      InputSection* group = make_plain_section(i);
      const std::string_view content = content_of(i);
      Group members{group, {}, 0};
      for (std::size_t at = group_word; at < content.size(); at += group_word) {
        const auto member = Shape::template load<std::uint32_t>(content.data() + at);
        if (member >= headers_.size() || headers_[member].sh_type == SHT_GROUP) {
          members.indices.push_back(0);
          continue;
        }
        headers_[member].sh_flags |= SHF_GROUP;
        memberships_.try_emplace(member, Membership{groups_.size(), members.indices.size()});
        members.indices.push_back(member);
      }
      members.first_joined = members.indices.size();
      if (Shape::template load<std::uint32_t>(content.data()) & GRP_COMDAT)
        group->traits |= trait_link_once;
      groups_.push_back(std::move(members));
    }
  }

  /// Enters a member into the ring of its group, behind the first member that is in it already.
  void join_group(InputSection* section) {
    const auto known = memberships_.find(section->index);
    if (known == memberships_.end()) return;
    Group& group = groups_[known->second.group];
    if (group.first_joined < group.indices.size()) {
      InputSection* other = file_.by_index[group.indices[group.first_joined]];
      section->group_name = other->group_name;
      section->next_in_group = other->next_in_group;
      other->next_in_group = section;
    } else {
      section->group_name = signature_of(group.section);
      section->next_in_group = section;
    }
    group.first_joined = std::min(group.first_joined, known->second.position);
    group.section->next_in_group = section;
  }

  std::string_view signature_of(const InputSection* group) const {
    constexpr std::size_t size = sizeof(typename Shape::Symbol);
    if (group->link != symbols_index_ || symbols_index_ == 0) fail("a group has no symbol table");
    const std::string_view table = content_of(symbols_index_);
    if (group->info >= table.size() / size) fail("a group's signature is no symbol");
    typename Shape::Symbol raw;
    std::memcpy(&raw, table.data() + group->info * size, sizeof raw);
    const auto name =
        text_at(content_of(symbol_names_index_), native(raw.st_name), "a group's signature");
    const std::uint16_t section = native(raw.st_shndx);
    if (name.empty() && (raw.st_info & 0xf) == STT_SECTION && section < headers_.size())
      return text_at(names_, headers_[section].sh_name, "a section");
    return name;
  }

  /// What can be told only when all sections are known.
  void join_sections() {
    for (InputSection* section : file_.sections) {
      if (section->flags & SHF_LINK_ORDER) {
        section->is_ordered = true;
        if (section->link != 0) {
          section->linked_to = file_.section_at(section->link);
          if (!section->linked_to)
            fail(fmt::format("section {} ({}) is ordered after section {}, which is none",
                             section->index, section->name, section->link));
        }
      } else if (section->type == SHT_GROUP && !section->next_in_group) {
        fail(fmt::format("group {} has no members", section->index));
      }
    }
    for (const Group& group : groups_)
      for (const std::uint32_t index : group.indices) {
        if (index == 0) continue;
        if (InputSection* member = file_.by_index[index]) {
          member->group = group.section;
          continue;
        }
        const Elf64_Shdr& header = headers_[index];
        if (!is_relocation_table(header)) continue;
        InputSection* target = file_.by_index[header.sh_info];
        (header.sh_type == SHT_RELA ? target->rela : target->rel).is_in_group = true;
      }
    for (InputSection* section : file_.sections) {
      if (section->rel.index != 0 && (headers_[section->rel.index].sh_flags & SHF_GROUP))
        section->rel.is_in_group = true;
      if (section->rela.index != 0 && (headers_[section->rela.index].sh_flags & SHF_GROUP))
        section->rela.is_in_group = true;
    }
  }

  // Symbols.

  void read_symbols() {
    if (symbols_index_ == 0) return;
    constexpr std::size_t size = sizeof(typename Shape::Symbol);
    const std::string_view table = content_of(symbols_index_);
    const std::string_view names = content_of(symbol_names_index_);
    const std::string_view extended =
        extended_index_ == 0 ? std::string_view() : content_of(extended_index_);
    const std::size_t count = table.size() / size;
    file_.symbols.resize(count);
    for (std::size_t i = 1; i < count; ++i) {
      typename Shape::Symbol raw;
      std::memcpy(&raw, table.data() + i * size, sizeof raw);
      InputSymbol& symbol = file_.symbols[i];
      symbol.name = text_at(names, native(raw.st_name), "a symbol");
      symbol.value = native(raw.st_value);
      symbol.size = native(raw.st_size);
      symbol.binding = raw.st_info >> 4;
      symbol.type = raw.st_info & 0xf;
      symbol.other = raw.st_other;
      symbol.section = native(raw.st_shndx);
      if (symbol.section == SHN_XINDEX) {
        if (i >= extended.size() / sizeof(std::uint32_t))
          fail(fmt::format("symbol {} has no section index", i));
        symbol.section =
            Shape::template load<std::uint32_t>(extended.data() + i * sizeof(std::uint32_t));
      } else if (symbol.section >= SHN_LORESERVE) {
        symbol.section += first_reserved_section - SHN_LORESERVE;
        symbol.is_large = file_.machine == EM_X86_64 && symbol.section == large_common_section;
        if (symbol.is_large) symbol.section = common_section;
      }
      if (i >= file_.first_global && symbol.binding == STB_LOCAL)
        fail(fmt::format("symbol {} is local but stands among the global ones", i));
    }
    const std::size_t first = std::min<std::size_t>(count, file_.first_global);
    file_.globals.assign(count - first, nullptr);
    file_.global_hashes.resize(count - first);
    for (std::size_t i = first; i < count; ++i)
      file_.global_hashes[i - first] = name_hash(file_.symbols[i].name);
  }

  struct Group {
    InputSection* section;
    std::vector<std::uint32_t> indices;  // as listed; 0 for what is no section
    std::size_t first_joined;            // of them, the first in the ring; their number: none
  };

  /// Where a section is listed first.
  struct Membership {
    std::size_t group;
    std::size_t position;
  };

  InputFile& file_;
  Arena& arena_;
  std::uint64_t table_offset_ = 0;
  std::uint64_t count_ = 0;
  mutable std::uint64_t name_bytes_ = 0;
  std::uint32_t names_index_ = 0;
  std::string_view names_;
  std::vector<Elf64_Shdr> headers_;
  std::uint32_t symbols_index_ = 0;
  std::uint32_t symbol_names_index_ = 0;
  std::uint32_t extended_index_ = 0;
  bool has_groups_ = false;
  std::vector<Group> groups_;
  std::unordered_map<std::uint32_t, Membership> memberships_;
};

}  // namespace

bool is_elf(std::string_view content) {
  return content.size() >= EI_NIDENT && content.substr(0, SELFMAG) == ELFMAG;
}

void read_object(std::string_view content, std::string path, std::string name, Arena& arena,
                 InputFile& file) {
  file.path = std::move(path);
  file.symbol_name = std::move(name);
  file.content = content;
  if (!is_elf(content))
    throw Error(Location{file.path, 0}, "is neither an object nor an archive",
                "expected an ELF object file");
  const auto file_class = static_cast<unsigned char>(content[EI_CLASS]);
  const auto order = static_cast<unsigned char>(content[EI_DATA]);
  if ((file_class != ELFCLASS32 && file_class != ELFCLASS64) ||
      (order != ELFDATA2LSB && order != ELFDATA2MSB))
    throw Error(Location{file.path, 0},
                fmt::format("broken ELF file: class {}, byte order {}", file_class, order));
  with_shape(file_class == ELFCLASS64, order == ELFDATA2MSB,
             [&]<typename Shape>(Shape) { ObjectReader<Shape>(file, arena).read(); });
}

void wrap_binary(std::string_view content, const std::string& path, const MachineFormat& format,
                 Arena& arena, InputFile& file) {
  file.path = path;
  file.content = content;
  file.is_binary = true;
  file.machine = format.machine;
  file.is_64bit = format.is_64bit;
  file.is_big_endian = format.is_big_endian;
  InputSection* data =
      add_section(file, ".data", trait_alloc | trait_load | trait_data | trait_contents, arena);
  data->content = content;
  data->size = content.size();
  data->index = 1;
  file.by_index = {nullptr, data};
  file.symbols.resize(4);
  file.first_global = 1;
  file.globals.assign(3, nullptr);
  std::string name = path;
  for (char& character : name)
    if (!std::isalnum(static_cast<unsigned char>(character))) character = '_';
  constexpr std::string_view ends[] = {"_start", "_end", "_size"};
  for (std::size_t i = 0; i < 3; ++i) {
    InputSymbol& symbol = file.symbols[i + 1];
    symbol.name = arena.copy("_binary_" + name + std::string(ends[i]));
    symbol.binding = STB_GLOBAL;
    symbol.section = i == 2 ? absolute_section : 1;
    symbol.value = i == 0 ? 0 : content.size();
  }
}

InputSection* add_section(InputFile& file, std::string_view name, Traits traits, Arena& arena) {
  auto* section = arena.make<InputSection>();
  section->file = &file;
  section->name = name;
  section->traits = traits;
  section->uses_rela = uses_rela_by_default(file.machine);
  if (const SpecialSection* special = special_section(name)) {
    section->type = special->type;
    section->flags = special->flags;
  }
  file.sections.push_back(section);
  return section;
}

}  // namespace kbx::link
