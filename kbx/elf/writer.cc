#include "kbx/elf/writer.h"

#include <algorithm>
#include <unordered_map>

#include <elf.h>

#include "kbx/base/error.h"

/// Relocatable object files of both classes and byte orders, after the System V gABI, "Object
/// Files". In the file come, one after the other: the header, the contents of all sections, each at
/// a multiple of its alignment, and the section table. The sections given come first and in their
/// order, so that the index of each is known beforehand; then a relocation section for each that
/// has relocations, the symbol table, its names, and the names of sections.
///
/// The gABI wants local symbols before all others, so symbols get their index here.
namespace kbx::elf {
namespace {

[[noreturn]] void does_not_fit(const std::string& what) {
  throw Error("this object cannot be written: " + what);
}

/// A string table under construction; equal names are stored once.
class StringTable {
 public:
  std::uint32_t add(const std::string& name) {
    if (name.empty()) return 0;
    if (name.find('\0') != std::string::npos) does_not_fit("a name with a null byte");
    const auto [entry, is_new] =
        known_.try_emplace(name, static_cast<std::uint32_t>(bytes_.size()));
    if (is_new) bytes_ += name + '\0';
    return entry->second;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_ = std::string(1, '\0');
  std::unordered_map<std::string, std::uint32_t> known_;
};

/// One row of the section table.
struct Header {
  std::uint32_t name = 0;
  std::uint32_t type = SHT_NULL;
  std::uint64_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  std::uint64_t alignment = 0;
  std::uint64_t entry_size = 0;
};

class Writer {
 public:
  explicit Writer(const NewObject& object)
      : object_(object), is_64bit_(object.is_64bit), word_(object.is_64bit ? 8 : 4) {}

  std::string write() {
    constexpr std::size_t own_tables = 4;  // the empty row, symbols and two tables of names
    if (object_.sections.size() * 2 + own_tables >= SHN_LORESERVE)
      does_not_fit("too many sections");
    order_symbols();
    bytes_.assign(is_64bit_ ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), '\0');
    headers_.emplace_back();
    for (const NewSection& section : object_.sections) add_section(section);
    const auto relocated = std::ranges::count_if(
        object_.sections, [](const NewSection& section) { return !section.relocations.empty(); });
    const auto symbols =
        static_cast<std::uint32_t>(headers_.size()) + static_cast<std::uint32_t>(relocated);
    for (std::size_t i = 0; i < object_.sections.size(); ++i)
      if (!object_.sections[i].relocations.empty()) add_relocations(i, symbols);
    add_symbols(symbols + 1);
    add_table(".strtab", names_.bytes());
    section_names_.add(".shstrtab");
    add_table(".shstrtab", section_names_.bytes());
    add_headers();
    return std::move(bytes_);
  }

 private:
  void put(std::string& to, std::uint64_t value, std::size_t width) const {
    if (width < 8 && (value >> (8 * width)) != 0) does_not_fit("a number too large for its field");
    append_number(to, value, width, object_.is_big_endian);
  }
  void put_word(std::string& to, std::uint64_t value) const { put(to, value, word_); }

  void order_symbols() {
    for (const bool locals : {true, false})
      for (std::size_t i = 0; i < object_.symbols.size(); ++i)
        if ((object_.symbols[i].binding == STB_LOCAL) == locals) order_.push_back(i);
    places_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) places_[order_[i]] = i + 1;
  }

  /// Puts `content` at the end of the file and adds its row.
  Header& place(const std::string& name, std::uint32_t type, std::uint64_t alignment,
                const std::string& content) {
    if (alignment > 1) {
      constexpr std::uint64_t most = 1U << 20;
      if ((alignment & (alignment - 1)) != 0 || alignment > most)
        does_not_fit("a strange alignment");
      bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0');
    }
    Header& header = headers_.emplace_back();
    header.name = section_names_.add(name);
    header.type = type;
    header.offset = bytes_.size();
    header.size = content.size();
    header.alignment = alignment;
    bytes_ += content;
    return header;
  }

  void add_section(const NewSection& section) {
    Header& header = place(section.name, section.type, section.alignment, section.content);
    header.flags = section.flags;
    header.entry_size = section.entry_size;
    if (section.type != SHT_NOBITS) return;
    if (!section.content.empty()) does_not_fit(section.name + " is to have no content");
    header.size = section.size;
  }

  /// 64-bit MIPS has an info word of its own (MIPS64 ELF specification, 2.9): the symbol, and four
  /// bytes of which the last is the type.
  std::string relocation_info(std::uint64_t symbol, std::uint32_t type) const {
    std::string info;
    if (is_64bit_ && object_.machine == EM_MIPS) {
      put(info, symbol, 4);
      info.append(3, '\0');
      put(info, type, 1);
    } else if (is_64bit_) {
      put(info, symbol << 32 | type, 8);
    } else {
      if (symbol >> 24 != 0 || type > 0xff) does_not_fit("a relocation's symbol or type");
      put(info, symbol << 8 | type, 4);
    }
    return info;
  }

  void add_relocations(std::size_t index, std::uint32_t symbols) {
    const NewSection& section = object_.sections[index];
    std::string content;
    for (const NewRelocation& entry : section.relocations) {
      if (entry.symbol >= places_.size()) does_not_fit("a relocation against no symbol");
      put_word(content, entry.offset);
      content += relocation_info(places_[entry.symbol], entry.type);
      if (object_.has_addends)
        append_number(content, static_cast<std::uint64_t>(entry.addend), word_,
                      object_.is_big_endian);
      else if (entry.addend != 0)
        does_not_fit("an addend outside the content");
    }
    Header& header = place((object_.has_addends ? ".rela" : ".rel") + section.name,
                           object_.has_addends ? SHT_RELA : SHT_REL, word_, content);
    header.flags = SHF_INFO_LINK;
    header.link = symbols;
    header.info = static_cast<std::uint32_t>(index + 1);
    header.entry_size = word_ * (object_.has_addends ? 3 : 2);
  }

  void add_symbols(std::uint32_t names) {
    std::string content(is_64bit_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym), '\0');
    std::uint32_t locals = 1;
    for (const std::size_t index : order_) {
      const NewSymbol& symbol = object_.symbols[index];
      if (symbol.binding == STB_LOCAL) ++locals;
      if (symbol.section > object_.sections.size() && symbol.section < SHN_LORESERVE)
        does_not_fit(symbol.name + " is in no section");
      put(content, names_.add(symbol.name), 4);
      if (!is_64bit_) {
        put_word(content, symbol.value);
        put_word(content, symbol.size);
      }
      put(content, static_cast<std::uint64_t>(symbol.binding << 4 | (symbol.type & 0xf)), 1);
      put(content, symbol.visibility, 1);
      put(content, symbol.section, 2);
      if (is_64bit_) {
        put_word(content, symbol.value);
        put_word(content, symbol.size);
      }
    }
    Header& header = place(".symtab", SHT_SYMTAB, word_, content);
    header.link = names;
    header.info = locals;
    header.entry_size = is_64bit_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
  }

  void add_table(const std::string& name, const std::string& content) {
    place(name, SHT_STRTAB, 1, content);
  }

  void add_headers() {
    bytes_.resize((bytes_.size() + word_ - 1) / word_ * word_, '\0');
    const std::uint64_t table = bytes_.size();
    for (const Header& header : headers_) {
      put(bytes_, header.name, 4);
      put(bytes_, header.type, 4);
      put_word(bytes_, header.flags);
      put_word(bytes_, 0);
      put_word(bytes_, header.offset);
      put_word(bytes_, header.size);
      put(bytes_, header.link, 4);
      put(bytes_, header.info, 4);
      put_word(bytes_, header.alignment);
      put_word(bytes_, header.entry_size);
    }
    const std::string start = file_header(table);
    bytes_.replace(0, start.size(), start);
  }

  std::string file_header(std::uint64_t table) const {
    std::string header = ELFMAG;
    header += static_cast<char>(is_64bit_ ? ELFCLASS64 : ELFCLASS32);
    header += static_cast<char>(object_.is_big_endian ? ELFDATA2MSB : ELFDATA2LSB);
    header += static_cast<char>(EV_CURRENT);
    header += static_cast<char>(object_.os_abi);
    header += static_cast<char>(object_.abi_version);
    header.resize(EI_NIDENT, '\0');
    put(header, ET_REL, 2);
    put(header, object_.machine, 2);
    put(header, EV_CURRENT, 4);
    put_word(header, 0);
    put_word(header, 0);
    put_word(header, table);
    put(header, object_.flags, 4);
    put(header, is_64bit_ ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
    put(header, 0, 2);
    put(header, 0, 2);
    put(header, is_64bit_ ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), 2);
    put(header, headers_.size(), 2);
    put(header, headers_.size() - 1, 2);
    return header;
  }

  const NewObject& object_;
  bool is_64bit_;
  std::size_t word_;
  std::string bytes_;
  std::vector<Header> headers_;
  StringTable names_;
  StringTable section_names_;
  std::vector<std::size_t> order_;   // symbols as they will stand, after the empty one
  std::vector<std::size_t> places_;  // index in the file of each symbol
};

}  // namespace

void append_number(std::string& bytes, std::uint64_t value, std::size_t width, bool is_big_endian) {
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t byte = is_big_endian ? width - 1 - i : i;
    bytes += static_cast<char>(value >> (8 * byte) & 0xff);
  }
}

std::string write_object(const NewObject& object) {
  return Writer(object).write();
}

}  // namespace kbx::elf
