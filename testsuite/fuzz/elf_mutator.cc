#include "testsuite/fuzz/elf_mutator.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "testsuite/fuzz/elf_layout.h"
#include <fmt/format.h>

/// Each way of altering is a function that changes the content and says what it did. All places are
/// those of the sound file: after a change that moved something a second one hits what lies there
/// now, which is as good.
namespace kbx::fuzz {
namespace {

using Section = Layout::Section;

class Mutator {
 public:
  Mutator(std::string_view original, Chance& chance)
      : layout_(original), chance_(chance), content_(original) {}

  Mutant mutate() {
    constexpr std::uint64_t neutral_share = 8;
    if (layout_.is_elf() && chance_.one_in(neutral_share)) {
      if (change_neutrally()) return {std::move(content_), what_, true};
    }
    const std::uint64_t changes = 1 + (chance_.one_in(2) ? 0 : chance_.below(4));
    for (std::uint64_t i = 0; i < changes; ++i) change();
    return {std::move(content_), what_, false};
  }

 private:
  template <typename... Values>
  void say(fmt::format_string<Values...> format, Values&&... values) {
    if (!what_.empty()) what_ += "; ";
    what_ += fmt::format(format, std::forward<Values>(values)...);
  }

  void change() {
    using Change = void (Mutator::*)();
    // Twice: what most of the readers hangs on.
    static constexpr Change changes[] = {
        &Mutator::change_byte,
        &Mutator::change_word,
        &Mutator::change_header,
        &Mutator::change_section,
        &Mutator::change_section,
        &Mutator::overlap_sections,
        &Mutator::swap_sections,
        &Mutator::copy_section,
        &Mutator::compress_section,
        &Mutator::change_symbol,
        &Mutator::change_symbol,
        &Mutator::change_relocation,
        &Mutator::change_relocation,
        &Mutator::change_strings,
        &Mutator::redirect_strings,
        &Mutator::change_content,
        &Mutator::change_content,
        &Mutator::truncate,
        &Mutator::append,
    };
    constexpr std::uint64_t for_any_file = 2;
    const std::uint64_t known = layout_.is_elf() ? std::size(changes) : for_any_file;
    (this->*changes[chance_.below(known)])();
  }

  const Section& any_section() {
    return layout_.sections()[chance_.below(layout_.sections().size())];
  }

  /// A section of `types` that has something in the file, or null.
  const Section* section_of(std::initializer_list<std::uint64_t> types) {
    std::vector<const Section*> found;
    for (const Section& section : layout_.sections())
      if (section.size > 0 && std::find(types.begin(), types.end(), section.type) != types.end())
        found.push_back(&section);
    return found.empty() ? nullptr : found[chance_.below(found.size())];
  }

  /// A number at which readers go wrong, for a field that had `old`.
  std::uint64_t boundary(std::uint64_t old) {
    const std::uint64_t size = content_.size();
    const std::uint64_t count = layout_.sections().size();
    const std::array values = {std::uint64_t{0},
                               std::uint64_t{1},
                               old - 1,
                               old + 1,
                               old * 2,
                               old / 2,
                               old ^ 0x80,
                               size,
                               size - 1,
                               size + 1,
                               count,
                               count - 1,
                               count + 1,
                               std::uint64_t{0x7f},
                               std::uint64_t{0xff},
                               std::uint64_t{0xff00},
                               std::uint64_t{0xfff1},
                               std::uint64_t{0xfff2},
                               std::uint64_t{0xffff},
                               std::uint64_t{0x7fffffff},
                               std::uint64_t{0x80000000},
                               std::uint64_t{0xffffffff},
                               std::uint64_t{0xfffffff0},
                               std::uint64_t{1} << 40,
                               std::uint64_t{1} << 63,
                               (std::uint64_t{1} << 63) - 1,
                               ~std::uint64_t{0},
                               ~std::uint64_t{0} - 0xff,
                               std::uint64_t{0} - size,
                               chance_.below(size + 1),
                               chance_.below(64),
                               chance_.bits()};
    return values[chance_.below(values.size())];
  }

  void change_field(std::string_view owner, std::size_t base, const Field& field) {
    const std::size_t at = base + layout_.place(field);
    const std::uint64_t old = layout_.load(content_, at, layout_.width(field));
    const std::uint64_t value = boundary(old);
    layout_.store(content_, at, layout_.width(field), value);
    say("{} of {}: {:#x} to {:#x}", field.name, owner, old, value);
  }

  void change_byte() {
    if (content_.empty()) return;
    const std::uint64_t at = chance_.below(content_.size());
    constexpr std::array<int, 5> bytes = {0, 1, 0x7f, 0x80, 0xff};
    const int to = chance_.one_in(2) ? bytes[chance_.below(bytes.size())]
                                     : static_cast<int>(chance_.below(256));
    content_[at] = static_cast<char>(to);
    say("byte {:#x} to {:#x}", at, to);
  }

  void change_word() {
    const std::size_t width = std::size_t{1} << (1 + chance_.below(3));
    if (content_.size() < width) return;
    const std::size_t at = chance_.below(content_.size() / width) * width;
    const std::uint64_t value = boundary(layout_.load(content_, at, width));
    layout_.store(content_, at, width, value);
    say("{} bytes at {:#x} to {:#x}", width, at, value);
  }

  void change_header() {
    if (chance_.one_in(6)) {
      const std::size_t at = 4 + chance_.below(12);
      layout_.store(content_, at, 1, chance_.below(4));
      say("byte {} of e_ident", at);
      return;
    }
    change_field("the header", 0, header_fields[chance_.below(std::size(header_fields))]);
  }

  void change_section() {
    if (layout_.sections().empty()) return;
    const Section& section = any_section();
    const Field& field = section_fields[chance_.below(std::size(section_fields))];
    if (&field == &section_fields[sh_type] && chance_.one_in(2)) {
      const std::uint64_t type = chance_.below(20);
      layout_.store(content_, section.header + layout_.place(field), 4, type);
      say("type of {} to {}", section.name, type);
      return;
    }
    change_field(section.name, section.header, field);
  }

  void set(const Section& section, SectionField field, std::uint64_t value) {
    const Field& wanted = section_fields[field];
    layout_.store(content_, section.header + layout_.place(wanted), layout_.width(wanted), value);
  }

  void overlap_sections() {
    if (layout_.sections().empty()) return;
    const Section& section = any_section();
    const Section& other = any_section();
    const std::uint64_t shift = chance_.one_in(2) ? 0 : chance_.below(other.size + 1);
    set(section, sh_offset, other.offset + shift);
    if (chance_.one_in(2)) set(section, sh_size, content_.size() - other.offset - shift);
    say("{} laid over {} + {:#x}", section.name, other.name, shift);
  }

  void swap_sections() {
    if (layout_.sections().empty()) return;
    const Section& first = any_section();
    const Section& second = any_section();
    const std::size_t size = layout_.section_header_size();
    if (std::max(first.header, second.header) + size > content_.size()) return;
    const auto begin = content_.begin();
    if (&first != &second)
      std::swap_ranges(begin + static_cast<std::ptrdiff_t>(first.header),
                       begin + static_cast<std::ptrdiff_t>(first.header + size),
                       begin + static_cast<std::ptrdiff_t>(second.header));
    say("{} and {} swapped", first.name, second.name);
  }

  void copy_section() {
    if (layout_.sections().empty()) return;
    const Section& from = any_section();
    const Section& to = any_section();
    const std::size_t size = layout_.section_header_size();
    if (std::max(from.header, to.header) + size > content_.size()) return;
    content_.replace(to.header, size, content_.substr(from.header, size));
    say("{} is {} again", to.name, from.name);
  }

  void compress_section() {
    if (layout_.sections().empty()) return;
    const Section& section = any_section();
    const Field& flags = section_fields[sh_flags];
    const std::size_t at = section.header + layout_.place(flags);
    constexpr std::uint64_t compressed = 0x800;
    layout_.store(content_, at, layout_.width(flags),
                  layout_.load(content_, at, layout_.width(flags)) ^ compressed);
    say("{} called compressed", section.name);
  }

  void change_symbol() {
    constexpr std::uint64_t symtab = 2;
    const Section* const table = section_of({symtab});
    const std::size_t size = layout_.symbol_size();
    if (!table || table->size < size) return;
    const std::uint64_t index = chance_.below(table->size / size);
    change_field(fmt::format("symbol {}", index), table->offset + index * size,
                 symbol_fields[chance_.below(std::size(symbol_fields))]);
  }

  void change_relocation() {
    constexpr std::uint64_t rela = 4;
    constexpr std::uint64_t rel = 9;
    const Section* const section = section_of({rela, rel});
    if (!section) return;
    const std::size_t words = section->type == rela ? 3 : 2;
    const std::size_t size = words * (layout_.is_64bit() ? 8 : 4);
    if (section->size < size) return;
    const std::uint64_t index = chance_.below(section->size / size);
    const Field& field = relocation_fields[chance_.below(words)];
    const std::size_t entry = section->offset + index * size;
    if (chance_.one_in(2)) {
      change_field(fmt::format("entry {} of {}", index, section->name), entry, field);
      return;
    }
    // A byte of it: another symbol or another type of those that there are.
    const std::size_t at = entry + layout_.place(relocation_fields[1]) +
                           chance_.below(layout_.width(relocation_fields[1]));
    if (at < content_.size()) content_[at] = static_cast<char>(chance_.below(256));
    say("r_info of entry {} of {}", index, section->name);
  }

  void change_strings() {
    constexpr std::uint64_t strtab = 3;
    const Section* const section = section_of({strtab});
    if (!section || section->offset + section->size > content_.size()) return;
    const std::size_t at =
        section->offset + (chance_.one_in(4) ? section->size - 1 : chance_.below(section->size));
    content_[at] = chance_.one_in(3) ? '\0' : static_cast<char>(1 + chance_.below(255));
    say("{} + {:#x}", section->name, at - section->offset);
  }

  /// Names from another section, or from the table of names itself laid over something.
  void redirect_strings() {
    constexpr std::uint64_t symtab = 2;
    const Section* const table = section_of({symtab});
    if (!table) return;
    const Field& link = section_fields[sh_link];
    const std::uint64_t to = chance_.below(layout_.sections().size());
    layout_.store(content_, table->header + layout_.place(link), layout_.width(link), to);
    say("names of symbols in {}", layout_.sections()[to].name);
  }

  /// The sections that readers look into: text, tables and lists.
  void change_content() {
    std::vector<const Section*> found;
    for (const Section& section : layout_.sections())
      if (section.size > 0)
        for (const std::string_view name :
             {".modinfo", "__versions", "__version_ext", "__ksymtab", "___ksymtab", "__kcrctab",
              ".export_symbol", ".gnu.linkonce.this_module", ".rodata", ".data", "__kflagstab"})
          if (section.name.starts_with(name)) found.push_back(&section);
    if (found.empty()) return change_byte();
    const Section& section = *found[chance_.below(found.size())];
    const std::uint64_t count = std::min<std::uint64_t>(1 + chance_.below(8), section.size);
    const std::uint64_t at = section.offset + chance_.below(section.size - count + 1);
    if (at + count > content_.size()) return;
    const bool same = chance_.one_in(2);
    const char byte = static_cast<char>(chance_.bits());
    for (std::uint64_t i = 0; i < count; ++i)
      content_[at + i] = same ? byte : static_cast<char>(chance_.bits());
    say("{} bytes of {} + {:#x}", count, section.name, at - section.offset);
  }

  void truncate() {
    std::vector<std::size_t> boundaries = {0, 1, 4, 16, layout_.header_size(), layout_.table()};
    for (const Section& section : layout_.sections())
      boundaries.insert(boundaries.end(),
                        {section.offset, section.offset + section.size, section.header});
    std::size_t size = chance_.one_in(4) ? chance_.below(content_.size() + 1)
                                         : boundaries[chance_.below(boundaries.size())];
    if (chance_.one_in(2)) size += chance_.below(3);
    if (chance_.one_in(4) && size > 0) --size;
    content_.resize(std::min(size, content_.size()));
    say("cut off at {:#x}", content_.size());
  }

  void append() {
    const std::uint64_t count = 1 + chance_.below(512);
    for (std::uint64_t i = 0; i < count; ++i) content_ += static_cast<char>(chance_.bits());
    if (chance_.one_in(2)) content_ += "~Module signature appended~\n";
    say("{} bytes more", count);
  }

  /// False if there is nothing that may be changed.
  bool change_neutrally() {
    switch (chance_.below(3)) {
      case 0:
        return change_remarks();
      case 1:
        return change_gap();
      default:
        return move_section();
    }
  }

  void fill(std::size_t at, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) content_[at + i] = static_cast<char>(chance_.bits());
  }

  /// The content of a section that only debuggers and the linker read.
  bool change_remarks() {
    std::vector<const Section*> found;
    for (const Section& section : layout_.sections())
      if (section.size > 0)
        for (const std::string_view name :
             {".comment", ".note", ".debug", ".rela.debug", ".rel.debug", ".rela.note"})
          if (section.name.starts_with(name)) found.push_back(&section);
    if (found.empty()) return false;
    const Section& section = *found[chance_.below(found.size())];
    const std::uint64_t count = 1 + chance_.below(std::min<std::uint64_t>(section.size, 64));
    const std::uint64_t at = chance_.below(section.size - count + 1);
    fill(section.offset + at, count);
    say("{} bytes of {} + {:#x}", count, section.name, at);
    return true;
  }

  /// The bytes that belong to no section.
  bool change_gap() {
    std::vector<bool> used(content_.size());
    const auto take = [&](std::size_t at, std::size_t size) {
      std::fill_n(used.begin() + static_cast<std::ptrdiff_t>(at), size, true);
    };
    take(0, layout_.header_size());
    take(layout_.table(), layout_.sections().size() * layout_.section_header_size());
    for (const Section& section : layout_.sections()) take(section.offset, section.size);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < used.size(); ++i)
      if (!used[i]) {
        fill(i, 1);
        ++count;
      }
    say("{} bytes between the sections", count);
    return count > 0;
  }

  /// A section to the end of the file; something else where it was.
  bool move_section() {
    if (layout_.sections().empty()) return false;
    const Section& section = any_section();
    if (section.size == 0) return false;
    for (const Section& other : layout_.sections())
      if (&other != &section && other.size > 0 && other.offset < section.offset + section.size &&
          section.offset < other.offset + other.size)
        return false;
    const std::string bytes = content_.substr(section.offset, section.size);
    fill(section.offset, section.size);
    constexpr std::size_t alignment = 64;
    content_.resize((content_.size() + alignment - 1) / alignment * alignment +
                    alignment * chance_.below(3));
    set(section, sh_offset, content_.size());
    content_ += bytes;
    say("{} moved to the end", section.name);
    return true;
  }

  const Layout layout_;
  Chance& chance_;
  std::string content_;
  std::string what_;
};

}  // namespace

Mutant mutate(std::string_view original, Chance& chance) {
  return Mutator(original, chance).mutate();
}

}  // namespace kbx::fuzz
