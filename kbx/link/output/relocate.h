#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/arch/field.h"
#include "kbx/link/input/eh_frame.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/output/numbering.h"

namespace kbx::link {

/// True if a relocation against this symbol of the file refers to what was discarded.
inline bool is_dangling(const FileOutput& output, std::uint32_t symbol) {
  return symbol < output.targets.size() && output.targets[symbol].is_gone;
}

/// Writes the relocations of one input section as the output's, and what they change in its
/// content.
template <typename Shape>
class Relocator {
 public:
  /// `content` is the section's in the output.
  Relocator(const FileOutput& output, const InputSection& section, char* content, bool is_mips64el)
      : output_(output), section_(section), content_(content), is_mips64el_(is_mips64el) {}

  /// Writes `table` from place `first` of the output's table.
  template <typename Entry>
  void write(std::string_view table, char* place, std::uint32_t first) {
    place += std::size_t{first} * sizeof(Entry);
    last_offset_ = section_.output_offset;
    bool has_any = false;
    std::uint64_t last = 0;
    for_each_relocation<Shape, Entry>(table, is_mips64el_,
                                      [&](std::size_t i, const Relocation& relocation) {
                                        Entry entry;
                                        last = relocation.offset;
                                        if (!translate(i, relocation, entry)) return;
                                        has_any = true;
                                        std::memcpy(place, &entry, sizeof entry);
                                        place += sizeof entry;
                                      });
    if (has_any || table.size() < sizeof(Entry)) return;
    // No table loses its last one: that of a relocation that goes stays without a meaning.
    Entry entry{};
    entry.r_offset =
        Shape::native(static_cast<typename Shape::Word>(last + section_.output_offset));
    std::memcpy(place, &entry, sizeof entry);
  }

 private:
  [[noreturn]] void fail(std::size_t i, const std::string& what) const {
    throw Error(
        Location{output_.file->path, 0},
        fmt::format("broken object file: relocation {} of section {}: {}", i, section_.name, what),
        "delete it and build it again");
  }

  /// False if the relocation goes.
  template <typename Entry>
  bool translate(std::size_t i, const Relocation& relocation, Entry& entry) {
    std::uint32_t symbol = 0;
    std::uint32_t type = relocation.type;
    std::uint64_t addend = static_cast<std::uint64_t>(relocation.addend);
    std::uint64_t offset = relocation.offset;
    if (is_dangling(output_, relocation.symbol)) {
      clear(relocation);
      if (section_.traits & trait_debugging) return false;
      type = 0;
      addend = 0;
      symbol = 0;
    } else {
      symbol = target(i, relocation, addend, sizeof(Entry) == sizeof(typename Shape::Rela));
    }
    const bool is_gone = section_.edit && !moved_offset(*section_.edit, offset);
    if (is_gone) {
      symbol = type = 0;
      addend = 0;
      offset = last_offset_;
    } else {
      offset += section_.output_offset;
      last_offset_ = offset;
    }
    entry.r_offset = Shape::native(static_cast<typename Shape::Word>(offset));
    entry.r_info = Shape::native(RelocationInfo<Shape>::make(symbol, type, is_mips64el_));
    if constexpr (sizeof(Entry) == sizeof(typename Shape::Rela))
      entry.r_addend = Shape::native(static_cast<typename Shape::SignedWord>(addend));
    return true;
  }

  /// The symbol in the output's table.
  std::uint32_t target(std::size_t i, const Relocation& relocation, std::uint64_t& addend,
                       bool has_addend) {
    if (relocation.symbol >= output_.targets.size())
      fail(i, fmt::format("symbol {} does not exist", relocation.symbol));
    const WrittenTarget& target = output_.targets[relocation.symbol];
    if (has_addend)
      addend += target.addend;
    else if (target.addend != 0)
      add_in_place(i, relocation, target.addend);
    return target.symbol;
  }

  std::uint64_t load(const char* place, unsigned size) const {
    switch (size) {
      case 1:
        return static_cast<unsigned char>(*place);
      case 2:
        return Shape::template load<std::uint16_t>(place);
      case 4:
        return Shape::template load<std::uint32_t>(place);
      default:
        return Shape::template load<std::uint64_t>(place);
    }
  }

  void store(char* place, unsigned size, std::uint64_t value) const {
    switch (size) {
      case 1:
        *place = static_cast<char>(value);
        break;
      case 2:
        Shape::template store<std::uint16_t>(place, static_cast<std::uint16_t>(value));
        break;
      case 4:
        Shape::template store<std::uint32_t>(place, static_cast<std::uint32_t>(value));
        break;
      default:
        Shape::template store<std::uint64_t>(place, value);
        break;
    }
  }

  /// mips64el has the three types of a relocation the other way round.
  Field field_at(const Relocation& relocation) const {
    const std::uint32_t type = relocation.type;
    return field_of(output_.file->machine, is_mips64el_ ? __builtin_bswap32(type) : type);
  }

  bool has_room(const Relocation& relocation, const Field& field) const {
    return field.size != 0 && relocation.offset <= section_.content.size() &&
           section_.content.size() - relocation.offset >= field.size;
  }

  /// Without an addend in the relocation it lies in the content.
  void add_in_place(std::size_t i, const Relocation& relocation, std::uint64_t addend) {
    const Field field = field_at(relocation);
    if (field.size == 0) return;
    if (!has_room(relocation, field))
      fail(i, fmt::format("offset {:#x} lies outside of the section", relocation.offset));
    std::uint64_t offset = relocation.offset;
    if (section_.edit && !moved_offset(*section_.edit, offset)) return;
    char* place = content_ + offset;
    if (has_instruction_addends(output_.file->machine)) {
      add_to_instruction(place, relocation.type, static_cast<std::uint32_t>(addend));
      return;
    }
    const std::uint64_t before = load(place, field.size);
    store(place, field.size, (before & ~field.mask) | ((before + addend) & field.mask));
  }

  void add_to_instruction(char* place, std::uint32_t type, std::uint32_t addend) const {
    if (!is_two_halves(type)) {
      const auto before = static_cast<std::uint32_t>(load(place, 4));
      store(place, 4, add_in_instruction(type, before, addend));
      return;
    }
    const auto before = static_cast<std::uint32_t>(load(place, 2) << 16 | load(place + 2, 2));
    const std::uint32_t after = add_in_instruction(type, before, addend);
    store(place, 2, after >> 16);
    store(place + 2, 2, after & 0xffff);
  }

  /// What a relocation against something discarded would change becomes 0; in a list of ranges 1,
  /// since 0 would end the list.
  void clear(const Relocation& relocation) {
    const Field field = field_at(relocation);
    if (!has_room(relocation, field)) return;
    std::uint64_t offset = relocation.offset;
    if (section_.edit && !moved_offset(*section_.edit, offset)) return;
    char* place = content_ + offset;
    std::uint64_t value = load(place, field.size) & ~field.mask;
    if (section_.name == ".debug_ranges" && (field.mask & 1)) value |= 1;
    store(place, field.size, value);
  }

  const FileOutput& output_;
  const InputSection& section_;
  char* content_;
  bool is_mips64el_;
  std::uint64_t last_offset_ = 0;
};

}  // namespace kbx::link
