#include "kbx/link/relocate/padding.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/input/shape.h"
#include "kbx/link/resolve/symbol_table.h"

/// R_RISCV_ALIGN (RISC-V ELF psABI, "Linker Relaxation"): where code is to be aligned, the
/// assembler of code that may become shorter puts as many bytes of nops as the alignment could
/// take, and leaves it to the linker to keep those that it takes. A section is aligned at least as
/// strictly as what is in it, so that is known from offsets alone.
namespace kbx::link {
namespace {

/// Bytes that go, and how many have gone up to there, these included.
struct Cut {
  std::uint64_t start = 0;  // of the padding, of which the first bytes are kept
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t total = 0;
};

class Cuts {
 public:
  void add(std::uint64_t start, std::uint64_t from, std::uint64_t to) {
    if (from < to) cuts_.push_back({start, from, to, total() + to - from});
  }
  bool empty() const { return cuts_.empty(); }
  std::uint64_t total() const { return cuts_.empty() ? 0 : cuts_.back().total; }
  const std::vector<Cut>& all() const { return cuts_; }

  /// Where the byte at `offset` is afterwards; of one that goes, where the next one is.
  std::uint64_t moved(std::uint64_t offset) const {
    const auto next =
        std::upper_bound(cuts_.begin(), cuts_.end(), offset,
                         [](std::uint64_t at, const Cut& cut) { return at < cut.from; });
    if (next == cuts_.begin()) return offset;
    const Cut& cut = *(next - 1);
    return offset < cut.to ? cut.from - (cut.total - (cut.to - cut.from)) : offset - cut.total;
  }

 private:
  std::vector<Cut> cuts_;  // by offset
};

template <typename Shape>
class Padding {
 public:
  Padding(InputFile& file, const Machine& machine, Arena& arena)
      : file_(file), machine_(machine), arena_(arena) {}

  void drop(InputSection& section) {
    const Cuts cuts = find(section);
    if (cuts.empty() && !has_padding_) return;
    section.rela.content = relocations(section, cuts);
    section.content = content(section, cuts);
    section.size = section.content.size();
    for (std::uint32_t i = 0; i < file_.first_global && i < file_.symbols.size(); ++i)
      if (file_.section_at(file_.symbols[i].section) == &section)
        move(file_.symbols[i].value, file_.symbols[i].size, cuts);
    for (Symbol* symbol : definitions(section)) move(symbol->value, symbol->size, cuts);
  }

 private:
  Cuts find(const InputSection& section) {
    std::vector<Relocation> paddings;
    using Entry = typename Shape::Rela;
    for_each_relocation<Shape, Entry>(section.rela.content, false,
                                      [&](std::size_t, const Relocation& relocation) {
                                        if (relocation.type == machine_.padding_type)
                                          paddings.push_back(relocation);
                                      });
    has_padding_ = !paddings.empty();
    std::ranges::stable_sort(paddings, {}, &Relocation::offset);
    Cuts cuts;
    std::uint64_t end = 0;
    for (const Relocation& padding : paddings) {
      const auto room = static_cast<std::uint64_t>(padding.addend);
      if (padding.offset < end || padding.offset > section.content.size() ||
          room > section.content.size() - padding.offset)
        fail(section, padding, "the padding lies outside of the section");
      const std::uint64_t alignment = std::bit_ceil(room + 1);
      const std::uint64_t start = padding.offset - cuts.total();
      const std::uint64_t needed = (start + alignment - 1) / alignment * alignment - start;
      if (needed > room)
        fail(section, padding,
             fmt::format("{} bytes of padding are needed, there are {}", needed, room));
      end = padding.offset + room;
      cuts.add(padding.offset, padding.offset + needed, end);
    }
    return cuts;
  }

  [[noreturn]] void fail(const InputSection& section, const Relocation& relocation,
                         const std::string& what) const {
    throw Error(Location{file_.path, 0},
                fmt::format("{}+{:#x}: {}", section.name, relocation.offset, what),
                "delete the object file and build it again");
  }

  /// The table with what is left of the section; the paddings are done with.
  std::string_view relocations(const InputSection& section, const Cuts& cuts) {
    using Entry = typename Shape::Rela;
    const std::string_view table = section.rela.content;
    char* const copy = arena_.room(table.size());
    std::memcpy(copy, table.data(), table.size());
    for (std::size_t at = 0; at + sizeof(Entry) <= table.size(); at += sizeof(Entry)) {
      Entry entry;
      std::memcpy(&entry, copy + at, sizeof entry);
      const auto info = Shape::native(entry.r_info);
      if (RelocationInfo<Shape>::type(info, false) == machine_.padding_type) entry.r_info = 0;
      const std::uint64_t offset = cuts.moved(Shape::native(entry.r_offset));
      entry.r_offset = Shape::native(static_cast<typename Shape::Word>(offset));
      std::memcpy(copy + at, &entry, sizeof entry);
    }
    return {copy, table.size()};
  }

  std::string_view content(const InputSection& section, const Cuts& cuts) {
    const std::string_view all = section.content;
    const std::size_t size = all.size() - static_cast<std::size_t>(cuts.total());
    char* const copy = arena_.room(size);
    char* out = copy;
    std::size_t from = 0;
    for (const Cut& cut : cuts.all()) {
      out += all.copy(out, static_cast<std::size_t>(cut.from) - from, from);
      from = static_cast<std::size_t>(cut.to);
      const auto kept = static_cast<std::size_t>(cut.from - cut.start);
      machine_.write_padding(out - kept, kept);
    }
    all.copy(out, all.size() - from, from);
    return {copy, size};
  }

  static void move(std::uint64_t& value, std::uint64_t& size, const Cuts& cuts) {
    const std::uint64_t end = cuts.moved(value + size);
    value = cuts.moved(value);
    size = end - value;
  }

  /// The symbols that are defined in the section, each once.
  std::vector<Symbol*> definitions(const InputSection& section) const {
    std::vector<Symbol*> symbols;
    for (Symbol* symbol : file_.globals)
      if (symbol->section == &section && is_defined(symbol->binding)) symbols.push_back(symbol);
    std::ranges::sort(symbols);
    symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
    return symbols;
  }

  InputFile& file_;
  const Machine& machine_;
  Arena& arena_;
  bool has_padding_ = false;
};

}  // namespace

void drop_padding(const std::vector<InputFile*>& files, const Machine& machine, Arena& arena) {
  if (machine.padding_type == 0) return;
  for (InputFile* file : files) {
    if (file->is_just_symbols || file->is_binary || file->shared) continue;
    with_shape(file->is_64bit, file->is_big_endian, [&]<typename Shape>(Shape) {
      Padding<Shape> padding(*file, machine, arena);
      for (InputSection* section : file->sections)
        if (!section->is_discarded && (section->traits & trait_code)) padding.drop(*section);
    });
  }
}

}  // namespace kbx::link
