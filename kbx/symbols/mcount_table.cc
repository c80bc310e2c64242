#include "kbx/symbols/mcount_table.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"
#include "kbx/elf/writer.h"
#include "kbx/symbols/mcount_calls.h"

/// The table __mcount_loc, with which the kernel's function tracer finds every call that the
/// compiler's -pg put into a module. New compilers make it themselves (-mrecord-mcount,
/// -fpatchable-function-entry); for the others kbuild has scripts/recordmcount add it to each
/// object after it was compiled.
///
/// An entry is a word with a relocation against a symbol of the section that the call lies in, plus
/// the call's distance from that symbol. The symbol must not be weak, as another definition could
/// replace it; for ARM it must not be a function either, whose lowest bit means Thumb.
///
/// An object grows at its end, in this order: the names of all sections with two new ones behind
/// them, padding up to a word, the headers of all sections with two new ones, the words, their
/// relocations. What was in the file stays where it was, the old names and headers too, although
/// nothing refers to them any more. Three things in them are changed: where the headers are and how
/// many, where the names are, and code and relocation of calls that became nops.
namespace kbx::symbols {
namespace {

using elf::append_number;
using elf::Object;
using elf::Relocation;
using elf::Section;

constexpr std::string_view table_name = "__mcount_loc";

/// Offsets within the structures of <elf.h> that are written to.
struct Places {
  size_t word;
  size_t section_table;     // Elf_Ehdr: e_shoff
  size_t section_count;     // e_shnum
  size_t names_index;       // e_shstrndx
  size_t header;            // size of an Elf_Shdr
  size_t section_position;  // sh_offset
  size_t section_size;      // sh_size
  size_t section_link;      // sh_link
};

constexpr Places places32 = {4,
                             offsetof(Elf32_Ehdr, e_shoff),
                             offsetof(Elf32_Ehdr, e_shnum),
                             offsetof(Elf32_Ehdr, e_shstrndx),
                             sizeof(Elf32_Shdr),
                             offsetof(Elf32_Shdr, sh_offset),
                             offsetof(Elf32_Shdr, sh_size),
                             offsetof(Elf32_Shdr, sh_link)};
constexpr Places places64 = {8,
                             offsetof(Elf64_Ehdr, e_shoff),
                             offsetof(Elf64_Ehdr, e_shnum),
                             offsetof(Elf64_Ehdr, e_shstrndx),
                             sizeof(Elf64_Shdr),
                             offsetof(Elf64_Shdr, sh_offset),
                             offsetof(Elf64_Shdr, sh_size),
                             offsetof(Elf64_Shdr, sh_link)};

/// Whether the kernel traces functions of a section.
bool is_traced(std::string_view name) {
  constexpr std::array<std::string_view, 8> others = {
      ".init.text",     ".ref.text",          ".sched.text",   ".spinlock.text",
      ".irqentry.text", ".softirqentry.text", ".kprobes.text", ".cpuidle.text"};
  return name.starts_with(".text") || std::ranges::find(others, name) != others.end();
}

class Recorder {
 public:
  Recorder(std::string_view content, const std::string& path, bool tell_ignored)
      : content_(content),
        path_(path),
        tell_ignored_(tell_ignored),
        object_(elf::read_object(content, path)),
        places_(object_.is_64bit ? places64 : places32),
        calls_(known_calls()),
        filter_(calls_) {}

  McountRecord record() {
    if (has_table()) {
      result_.has_table_already = true;
      return result_;
    }
    const bool any_traced = std::ranges::any_of(object_.sections, [&](const Section& section) {
      return changes_code(section) && is_traced(target(section).name) && section.size > 0;
    });
    if (!any_traced) return result_;
    for (const Section& section : object_.sections) {
      if (!changes_code(section)) continue;
      if (is_traced(target(section).name))
        collect(section);
      else if (tell_ignored_ || has_nops(object_.machine))
        silence(section);
    }
    if (!words_.empty()) append_table();
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(Location{path_, 0}, what); }

  const McountCalls& known_calls() const {
    if (object_.type != ET_REL) fail("not a relocatable object");
    const McountCalls* calls = mcount_calls(object_.machine, object_.is_64bit);
    if (!calls)
      fail("calls of mcount are not known for ELF machine " + std::to_string(object_.machine));
    return *calls;
  }

  static bool is_relocations(const Section& section) {
    return section.type == SHT_REL || section.type == SHT_RELA;
  }

  const Section& target(const Section& relocations) const {
    if (relocations.info >= object_.sections.size())
      fail("broken ELF file: relocations are for a section that does not exist");
    return object_.sections[relocations.info];
  }

  bool changes_code(const Section& section) const {
    if (!is_relocations(section)) return false;
    const Section& code = target(section);
    return code.type == SHT_PROGBITS && (code.flags & SHF_EXECINSTR) != 0;
  }

  bool has_table() const {
    return std::ranges::any_of(object_.sections, [&](const Section& section) {
      return is_relocations(section) && target(section).name == table_name;
    });
  }

  size_t entry_size(const Section& relocations) const {
    return places_.word * (relocations.type == SHT_RELA ? 3 : 2);
  }

  std::vector<Relocation> entries(const Section& relocations) const {
    if (relocations.entry_size != entry_size(relocations))
      fail("broken ELF file: relocations have an unknown size");
    if (relocations.link >= object_.sections.size() ||
        object_.sections[relocations.link].type != SHT_SYMTAB)
      fail("broken ELF file: relocations have no symbol table");
    return elf::read_relocations(object_, relocations, path_);
  }

  std::uint32_t index_of(const elf::Symbol& symbol) const {
    return static_cast<std::uint32_t>(&symbol - object_.symbols.data()) + 1;
  }

  /// The symbol that addresses in a section are given from.
  const elf::Symbol& base_in(std::uint32_t section) const {
    for (const elf::Symbol& symbol : object_.symbols) {
      if (symbol.reserved_section || symbol.section != section) continue;
      if (symbol.binding != STB_LOCAL && symbol.binding != STB_GLOBAL) continue;
      if (object_.machine == EM_ARM && symbol.type == STT_FUNC) continue;
      return symbol;
    }
    throw Error(Location{path_, 0},
                "no symbol of section " + std::string(object_.sections[section].name) +
                    " can be the base of " + std::string(table_name),
                "assemblers since binutils 2.37 leave out symbols of sections that nothing uses");
  }

  std::uint64_t info_of(std::uint32_t symbol, std::uint32_t type) const {
    if (!object_.is_64bit) return static_cast<std::uint64_t>(symbol) << 8 | type;
    if (object_.machine != EM_MIPS) return static_cast<std::uint64_t>(symbol) << 32 | type;
    // Four bytes of symbol in the file's order, three that stay 0, and the type.
    std::string bytes;
    append_number(bytes, symbol, 4, object_.is_big_endian);
    append_number(bytes, type, 4, true);
    return elf::read_number(bytes, object_.is_big_endian);
  }

  void append_word(std::string& bytes, std::uint64_t value) const {
    append_number(bytes, value, places_.word, object_.is_big_endian);
  }

  /// Calls `found` with each call among the relocations and its index. As long as the called
  /// function is not known, a relocation may be the first of it; an object calls but one.
  template <typename Found>
  void each_call(const Section& relocations, const Found& found) {
    const elf::Symbol* function = nullptr;
    for (size_t index = 0; const Relocation& entry : entries(relocations)) {
      if (!function && entry.symbol && is_mcount(calls_, entry.symbol->name))
        function = entry.symbol;
      if (function && entry.symbol == function && filter_.is_call(entry)) found(entry, index);
      ++index;
    }
  }

  void collect(const Section& relocations) {
    const elf::Symbol& base = base_in(relocations.info);
    if (last_ && last_->type != relocations.type)
      fail("relocations with and without addends are mixed");
    last_ = &relocations;
    const bool has_addends = relocations.type == SHT_RELA;
    each_call(relocations, [&](const Relocation& entry, size_t) {
      const std::uint64_t distance =
          entry.offset - base.value + static_cast<std::uint64_t>(calls_.start);
      append_word(relocations_, words_.size());
      append_word(relocations_, info_of(index_of(base), calls_.address_type));
      if (has_addends) append_word(relocations_, distance);
      append_word(words_, has_addends ? 0 : distance);
    });
  }

  /// Turns the calls of a section into nops, and their relocations into none.
  void silence(const Section& relocations) {
    const Section& code = target(relocations);
    bool is_told = !tell_ignored_;
    each_call(relocations, [&](const Relocation& entry, size_t index) {
      if (!is_told) result_.ignored.emplace_back(code.name);
      is_told = true;
      const auto nops = nops_for_call(object_, code.content, entry.offset);
      if (!nops) return;
      put(position(code) + static_cast<size_t>(nops->offset), nops->bytes);
      std::string info;
      append_word(info, info_of(index_of(*entry.symbol), 0));
      put(position(relocations) + index * entry_size(relocations) + places_.word, info);
    });
  }

  /// Where in the file the content of a section begins.
  size_t position(const Section& section) const {
    return static_cast<size_t>(section.content.data() - content_.data());
  }

  std::string& output() {
    if (!result_.object) result_.object = std::string(content_);
    return *result_.object;
  }

  void put(size_t at, std::string_view bytes) { output().replace(at, bytes.size(), bytes); }

  void put_number(size_t at, std::uint64_t value, size_t width) {
    std::string bytes;
    append_number(bytes, value, width, object_.is_big_endian);
    put(at, bytes);
  }

  std::uint64_t number_at(size_t at, size_t width) const {
    return elf::read_number(content_.substr(at, width), object_.is_big_endian);
  }

  void append_header(std::uint32_t name, std::uint32_t type, std::uint64_t flags,
                     std::uint64_t position, std::uint64_t size, std::uint32_t link,
                     std::uint32_t info, std::uint64_t entry) {
    std::string& bytes = output();
    append_number(bytes, name, 4, object_.is_big_endian);
    append_number(bytes, type, 4, object_.is_big_endian);
    append_word(bytes, flags);
    append_word(bytes, 0);
    append_word(bytes, position);
    append_word(bytes, size);
    append_number(bytes, link, 4, object_.is_big_endian);
    append_number(bytes, info, 4, object_.is_big_endian);
    append_word(bytes, places_.word);
    append_word(bytes, entry);
  }

  void set_section_count(size_t headers, std::uint64_t count) {
    const bool fits = count < SHN_LORESERVE;
    put_number(places_.section_count, fits ? count : 0, 2);
    if (!fits) put_number(headers + places_.section_size, count, places_.word);
  }

  void append_table() {
    const bool has_addends = last_->type == SHT_RELA;
    const std::string relocations_name = (has_addends ? ".rela" : ".rel") + std::string(table_name);
    const auto headers = static_cast<size_t>(number_at(places_.section_table, places_.word));
    const auto count = static_cast<std::uint32_t>(object_.sections.size());
    std::uint64_t names_index = number_at(places_.names_index, 2);
    if (names_index == SHN_XINDEX) names_index = number_at(headers + places_.section_link, 4);
    const std::string_view names = object_.sections[static_cast<size_t>(names_index)].content;
    const size_t names_header = headers + static_cast<size_t>(names_index) * places_.header;

    put_number(names_header + places_.section_size, names.size() + relocations_name.size() + 1,
               places_.word);
    put_number(names_header + places_.section_position, content_.size(), places_.word);
    set_section_count(headers, count + 2);

    std::string& bytes = output();
    bytes += names;
    bytes += relocations_name;
    bytes += '\0';
    bytes.resize((bytes.size() + places_.word - 1) / places_.word * places_.word);
    const size_t new_headers = bytes.size();
    bytes += std::string(bytes, headers, count * places_.header);
    const std::uint64_t table = bytes.size() + 2 * places_.header;
    const auto first_name = static_cast<std::uint32_t>(names.size());
    const auto prefix = static_cast<std::uint32_t>(relocations_name.size() - table_name.size());
    append_header(first_name + prefix, SHT_PROGBITS, SHF_ALLOC, table, words_.size(), 0, 0,
                  places_.word);
    append_header(first_name, last_->type, 0, table + words_.size(), relocations_.size(),
                  last_->link, count, entry_size(*last_));
    bytes += words_;
    bytes += relocations_;
    put_number(places_.section_table, new_headers, places_.word);
  }

  std::string_view content_;
  const std::string& path_;
  bool tell_ignored_;
  Object object_;
  const Places& places_;
  const McountCalls& calls_;
  CallFilter filter_;
  const Section* last_ = nullptr;  // relocations of the section that was collected last
  std::string words_;              // of the table
  std::string relocations_;
  McountRecord result_;
};

}  // namespace

McountRecord record_mcount(std::string_view content, const std::string& path, bool tell_ignored) {
  return Recorder(content, path, tell_ignored).record();
}

}  // namespace kbx::symbols
