#include "kbx/link/input/eh_frame.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

#include <elf.h>
#include <fmt/format.h>

#include "kbx/base/error.h"
#include "kbx/link/input/call_frames.h"
#include "kbx/link/input/relocation.h"
#include "kbx/link/resolve/symbol_table.h"

/// Editing of .eh_frame, after the Linux Standard Base Core Specification, "Exception Frames", and
/// with GNU ld 2.40's decisions: which entries stay, how they are aligned, what becomes padding; in
/// final links, which CIEs are the same.
/// Everything is read with its bounds checked; what is not understood makes the section stay as it
/// is.
namespace kbx::link {
namespace {

/// A CIE of some part.
struct KnownCie {
  const EhFrameEdit* edit = nullptr;
  std::size_t entry = 0;
};

/// What of a CIE matters for its FDEs, and for being shared.
struct Cie {
  std::size_t entry = 0;
  std::uint64_t offset = 0;
  bool is_old = false;        // augmentation "eh"
  bool has_size = false;      // augmentation starts with z
  std::uint8_t encoding = 0;  // of addresses in FDEs
  std::uint8_t lsda_encoding = omitted;
  std::uint8_t personality_encoding = omitted;
  std::uint64_t personality_offset = 0;  // in the section
  std::uint64_t personality_size = 0;
  Relocation personality;
  std::uint64_t instruction_count = 0;  // bytes, without the padding
  bool is_decided = false;
  KnownCie first;  // the one that its FDEs go on with
};

/// What a CIE says, as bytes that are the same for two of which one is enough.
using CieKey = std::string;

/// Where the first CIE of each key is.
using KnownCies = std::unordered_map<CieKey, KnownCie>;

/// GNU ld keeps no more of a CIE's instructions than that; CIEs with more are never the same.
constexpr std::uint64_t most_instructions = 50;

constexpr Relocation no_relocation;

/// Passes over one call frame instruction; false if it is unknown.
bool skip_instruction(Cursor& cursor, std::size_t width) {
  const std::uint8_t operation = cursor.byte();
  if (!cursor.ok()) return false;
  const std::uint8_t kind = operation & 0xc0;
  if (kind == 0x40 || kind == 0xc0) return true;  // advance_loc, restore
  if (kind == 0x80) {                             // offset
    cursor.leb128();
    return cursor.ok();
  }
  switch (operation) {
    case 0x00:  // nop
    case 0x0a:  // remember_state
    case 0x0b:  // restore_state
    case 0x2d:  // GNU_window_save
      return true;
    case 0x01:  // set_loc
      return cursor.skip(width);
    case 0x02:  // advance_loc1
      return cursor.skip(1);
    case 0x03:  // advance_loc2
      return cursor.skip(2);
    case 0x04:  // advance_loc4
      return cursor.skip(4);
    case 0x1d:  // MIPS_advance_loc8
      return cursor.skip(8);
    case 0x06:  // restore_extended
    case 0x07:  // undefined
    case 0x08:  // same_value
    case 0x0d:  // def_cfa_register
    case 0x0e:  // def_cfa_offset
    case 0x13:  // def_cfa_offset_sf
    case 0x2e:  // GNU_args_size
      cursor.leb128();
      return cursor.ok();
    case 0x05:  // offset_extended
    case 0x09:  // register
    case 0x0c:  // def_cfa
    case 0x11:  // offset_extended_sf
    case 0x12:  // def_cfa_sf
    case 0x14:  // val_offset
    case 0x15:  // val_offset_sf
    case 0x2f:  // GNU_negative_offset_extended
      cursor.leb128();
      cursor.leb128();
      return cursor.ok();
    case 0x0f:  // def_cfa_expression
      return cursor.skip(cursor.leb128());
    case 0x10:  // expression
    case 0x16:  // val_expression
      cursor.leb128();
      return cursor.skip(cursor.leb128());
    default:
      return false;
  }
}

template <typename Shape>
class TableReader {
 public:
  TableReader(const InputSection& section, EhFrameEdit& edit)
      : section_(section), bytes_(section.content), edit_(edit) {
    const auto keep = [&](std::size_t, const Relocation& relocation) {
      relocations_.push_back(relocation);
    };
    for_each_relocation<Shape, typename Shape::Rel>(section.rel.content, false, keep);
    for_each_relocation<Shape, typename Shape::Rela>(section.rela.content, false, keep);
  }

  /// False if the section is no table that this understands.
  bool read() {
    std::size_t at = 0;
    while (at != bytes_.size()) {
      if (bytes_.size() - at < 4) return false;
      const auto length = Shape::template load<std::uint32_t>(bytes_.data() + at);
      if (length == 0xffffffff || length > bytes_.size() - at - 4) return false;
      EhFrameEntry& entry = edit_.entries.emplace_back();
      entry.offset = at;
      entry.size = std::uint64_t{length} + 4;
      if (length == 0) return read_end(at);
      const std::size_t end = at + 4 + length;
      if (length < 4) return false;
      const auto id = Shape::template load<std::uint32_t>(bytes_.data() + at + 4);
      if (!(id == 0 ? read_cie(at, end) : read_fde(at, end, id))) return false;
      at = end;
    }
    return true;
  }

  /// Decides what stays; `is_last` if no further part follows. With `known` CIEs are shared with
  /// the parts before.
  void decide(bool is_last, KnownCies* known) {
    for (EhFrameEntry& entry : edit_.entries) {
      if (entry.size == 4) {
        entry.is_removed = !is_last;
      } else if (entry.cie != EhFrameEntry::no_cie && !describes_discarded(entry)) {
        entry.is_removed = false;
        if (known)
          share(entry, *known);
        else
          edit_.entries[entry.cie].is_removed = false;
      }
    }
    std::uint64_t offset = 0;
    for (EhFrameEntry& entry : edit_.entries) {
      if (entry.is_removed) continue;
      const std::uint64_t mask = std::uint64_t{entry.alignment} - 1;
      offset = (offset + mask) & ~mask;
      entry.new_offset = offset;
      offset += entry.size;
    }
    edit_.size = bytes_.size();
    edit_.new_size = (offset + 3) & ~std::uint64_t{3};
  }

  void list(std::vector<UnwindReference>& references) const {
    for (std::size_t i = 0; i < first_relocation_.size(); ++i) {
      const EhFrameEntry& entry = edit_.entries[i];
      if (first_relocation_[i].symbol == 0) continue;
      bool is_elsewhere = false;
      UnwindReference reference;
      reference.code = section_of(first_relocation_[i], is_elsewhere);
      if (!reference.code) continue;
      reference.offset = entry.offset;
      reference.size = entry.size;
      if (entry.cie != EhFrameEntry::no_cie) {
        reference.cie_offset = edit_.entries[entry.cie].offset;
        reference.cie_size = edit_.entries[entry.cie].size;
      }
      references.push_back(reference);
    }
  }

  /// How many FDEs stay.
  std::uint64_t count() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(edit_.entries, [](const EhFrameEntry& entry) {
          return !entry.is_removed && entry.cie != EhFrameEntry::no_cie;
        }));
  }

  /// True if what stays has addresses that change when the output is loaded elsewhere.
  bool has_absolute_addresses() const {
    return std::ranges::any_of(cies_, [](const Cie& cie) {
      const auto is_absolute = [](std::uint8_t encoding) {
        const unsigned kind = encoding & encoding_kind;
        return encoding != omitted && (kind == encoding_absolute || kind == encoding_aligned);
      };
      return cie.is_decided && (is_absolute(cie.encoding) || is_absolute(cie.lsda_encoding) ||
                                is_absolute(cie.personality_encoding));
    });
  }

 private:
  static constexpr std::size_t word = Shape::is_64bit ? 8 : 4;

  bool read_end(std::size_t at) {
    for (; at != bytes_.size(); at += 4)
      if (bytes_.size() - at < 4 || Shape::template load<std::uint32_t>(bytes_.data() + at) != 0)
        return false;
    return has_no_relocations(bytes_.size());
  }

  // Relocations are looked at in their order, as the table is.

  bool has_no_relocations(std::size_t before) {
    for (; next_ < relocations_.size() && relocations_[next_].offset < before; ++next_)
      if (relocations_[next_].symbol != 0 || relocations_[next_].type != 0) return false;
    return true;
  }
  void skip_relocations(std::size_t before) {
    while (next_ < relocations_.size() && relocations_[next_].offset < before) ++next_;
  }
  const Relocation* relocation_at(std::size_t at) const {
    return next_ < relocations_.size() && relocations_[next_].offset == at ? &relocations_[next_]
                                                                           : nullptr;
  }

  bool read_cie(std::size_t at, std::size_t end) {
    Cursor cursor(bytes_, at + 8, end);
    const std::uint8_t version = cursor.byte();
    if (version != 1 && version != 3 && version != 4) return false;
    const std::string_view rest = bytes_.substr(cursor.at(), end - cursor.at());
    const std::size_t length = rest.find('\0');
    if (length == std::string_view::npos || length >= 20) return false;
    const std::string_view augmentation = rest.substr(0, length);
    cursor.skip(length + 1);
    if (!has_no_relocations(cursor.at())) return false;
    Cie cie;
    cie.is_old = augmentation.substr(0, 2) == "eh";
    if (cie.is_old) {
      cursor.skip(word);
      skip_relocations(cursor.at());
    }
    if (version == 4 && (cursor.byte() != word || cursor.byte() != 0)) return false;
    cursor.leb128();
    cursor.leb128();
    if (version == 1)
      cursor.byte();
    else
      cursor.leb128();
    if (!cursor.ok() || !has_no_relocations(cursor.at())) return false;
    cie.entry = edit_.entries.size() - 1;
    cie.offset = at;
    std::uint8_t encoding = omitted;
    if (!cie.is_old && !read_augmentation(augmentation, cursor, cie, encoding)) return false;
    cie.encoding = encoding == omitted ? std::uint8_t{0} : encoding;
    const std::size_t start = cursor.at();
    if (!has_no_relocations(end) || !trim(start, end, width_of(cie.encoding, word), true))
      return false;
    cie.instruction_count = at + edit_.entries.back().size - start;
    cies_.push_back(cie);
    return true;
  }

  bool read_augmentation(std::string_view letters, Cursor& cursor, Cie& cie,
                         std::uint8_t& encoding) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      switch (letters[i]) {
        case 'z':
          if (i != 0) return false;
          cie.has_size = true;
          cursor.leb128();
          break;
        case 'B':
        case 'S':
          break;
        case 'L': {
          cie.lsda_encoding = cursor.byte();
          if (!cursor.ok() || width_of(cie.lsda_encoding, word) == 0) return false;
          break;
        }
        case 'R':
          encoding = cursor.byte();
          if (!cursor.ok() || width_of(encoding, word) == 0) return false;
          break;
        case 'P':
          if (!read_personality(cursor, cie)) return false;
          break;
        default:
          return false;
      }
      if (!cursor.ok() || !has_no_relocations(cursor.at())) return false;
    }
    return true;
  }

  bool read_personality(Cursor& cursor, Cie& cie) {
    const std::uint8_t encoding = cursor.byte();
    cie.personality_encoding = encoding;
    const std::size_t width = width_of(encoding, word);
    if (!cursor.ok() || width == 0) return false;
    if ((encoding & encoding_kind) == encoding_aligned) {
      cursor.skip((width - cursor.at() % width) % width);
      if (width == 8) edit_.entries.back().alignment = 8;
    }
    if (!has_no_relocations(cursor.at()) || !relocation_at(cursor.at())) return false;
    cie.personality = *relocation_at(cursor.at());
    cie.personality_offset = cursor.at();
    cie.personality_size = width;
    while (relocation_at(cursor.at())) ++next_;
    return cursor.skip(width);
  }

  bool read_fde(std::size_t at, std::size_t end, std::uint32_t id) {
    const std::uint64_t offset = at + 4 - std::uint64_t{id};
    // CIEs come in the order of their offsets.
    const auto cie = std::lower_bound(
        cies_.begin(), cies_.end(), offset,
        [](const Cie& known, std::uint64_t wanted) { return known.offset < wanted; });
    if (cie == cies_.end() || cie->offset != offset) return false;
    Cursor cursor(bytes_, at + 8, end);
    if (!has_no_relocations(cursor.at())) return false;
    const Relocation* start = relocation_at(cursor.at());
    if (is_linker_made())
      start = &no_relocation;
    else if (!start || !is_of_this_file(*start))
      return false;
    const std::size_t width = width_of(cie->encoding, word);
    if (!cursor.skip(2 * width)) return false;
    EhFrameEntry& entry = edit_.entries.back();
    entry.cie = cie->entry;
    entry.alignment = static_cast<std::uint8_t>(std::max<std::size_t>(width, 4));
    first_relocation_.resize(edit_.entries.size());
    first_relocation_.back() = *start;
    skip_relocations(cursor.at() - width);
    if (!relocation_at(cursor.at() - width) && is_zero(cursor.at() - width, width))
      entry.cie = EhFrameEntry::no_cie;
    std::uint64_t length = cie->has_size ? cursor.leb128() : 0;
    if (cie->lsda_encoding != omitted) {
      skip_relocations(cursor.at());
      if (!cie->has_size) length = end - cursor.at();
    }
    if (!cursor.skip(length)) return false;
    const std::size_t instructions = cursor.at();
    skip_relocations(end);
    return trim(instructions, end, width, false);
  }

  /// The tables that the linker makes for its PLTs have no relocations, and always something to
  /// tell.
  bool is_linker_made() const { return (section_.traits & trait_linker_created) != 0; }

  bool is_zero(std::size_t at, std::size_t width) const {
    const std::string_view value = bytes_.substr(at, width);
    return std::all_of(value.begin(), value.end(), [](char byte) { return byte == 0; });
  }

  /// Takes the no-operations at the end of the instructions off the last entry's size.
  bool trim(std::size_t start, std::size_t end, std::size_t width, bool is_cie) {
    Cursor cursor(bytes_, start, end);
    std::size_t last = start;
    bool sets_location = false;
    while (!cursor.is_at_end()) {
      if (bytes_[cursor.at()] == 0) {
        cursor.skip(1);
        continue;
      }
      if (bytes_[cursor.at()] == 1) sets_location = true;
      if (!skip_instruction(cursor, width)) return false;
      last = cursor.at();
    }
    if (sets_location && is_cie) return false;
    edit_.entries.back().size -= end - last;
    return true;
  }

  const InputSection* section_of(const Relocation& relocation, bool& is_elsewhere) const {
    const InputFile& file = *section_.file;
    is_elsewhere = false;
    if (relocation.symbol >= file.symbols.size()) return nullptr;
    if (relocation.symbol < file.first_global) {
      const InputSymbol& symbol = file.symbols[relocation.symbol];
      return symbol.section < first_reserved_section ? file.section_at(symbol.section) : nullptr;
    }
    const Symbol& symbol = *file.globals[relocation.symbol - file.first_global];
    const bool is_defined =
        symbol.binding == Binding::defined || symbol.binding == Binding::defined_weak;
    is_elsewhere = is_defined && symbol.section && symbol.section->file != &file;
    return is_defined ? symbol.section : nullptr;
  }

  bool is_of_this_file(const Relocation& relocation) const {
    bool is_elsewhere = false;
    section_of(relocation, is_elsewhere);
    return !is_elsewhere;
  }

  bool describes_discarded(const EhFrameEntry& entry) const {
    if (is_linker_made()) return false;
    const Relocation& first =
        first_relocation_[static_cast<std::size_t>(&entry - edit_.entries.data())];
    if (first.symbol == 0) return true;
    bool is_elsewhere = false;
    const InputSection* section = section_of(first, is_elsewhere);
    return is_elsewhere || (section && (section->kept || section->is_discarded));
  }

  // CIEs that are the same.

  /// Makes an FDE that stays go on with the first CIE that says what its own does.
  void share(EhFrameEntry& entry, KnownCies& known) {
    const auto cie = std::lower_bound(
        cies_.begin(), cies_.end(), entry.cie,
        [](const Cie& candidate, std::size_t wanted) { return candidate.entry < wanted; });
    if (!cie->is_decided) {
      cie->is_decided = true;
      const std::optional<CieKey> key = key_of(*cie);
      cie->first = {&edit_, cie->entry};
      if (key) cie->first = known.try_emplace(*key, cie->first).first->second;
      edit_.entries[cie->entry].is_removed =
          cie->first.edit != &edit_ || cie->first.entry != cie->entry;
    }
    entry.cie = cie->first.entry;
    entry.cie_edit = cie->first.edit;
  }

  std::optional<CieKey> key_of(const Cie& cie) const {
    if (cie.is_old || cie.instruction_count > most_instructions) return std::nullopt;
    const auto size = static_cast<std::size_t>(edit_.entries[cie.entry].size);
    CieKey key(bytes_.substr(static_cast<std::size_t>(cie.offset) + 4, size - 4));
    key += std::to_string(cie.instruction_count);
    if (cie.personality_encoding == omitted) return key;
    std::fill_n(key.begin() + static_cast<std::ptrdiff_t>(cie.personality_offset - cie.offset - 4),
                cie.personality_size, '\0');
    const InputFile& file = *section_.file;
    const void* owner = &file;
    std::uint32_t index = cie.personality.symbol;
    if (index >= file.first_global) {
      if (index >= file.symbols.size()) return std::nullopt;
      owner = file.globals[index - file.first_global];
      index = 0;
    } else {
      const InputSymbol& symbol = file.symbols[index];
      const InputSection* target =
          symbol.section < first_reserved_section ? file.section_at(symbol.section) : nullptr;
      if (!target) return std::nullopt;
      if (target->kept) target = target->kept;
      if (!target->output) return std::nullopt;
    }
    key += fmt::format("{:x} {}", reinterpret_cast<std::uintptr_t>(owner), index);
    return key;
  }

  const InputSection& section_;
  std::string_view bytes_;
  EhFrameEdit& edit_;
  std::vector<Relocation> relocations_;
  std::size_t next_ = 0;
  std::vector<Cie> cies_;
  std::vector<Relocation> first_relocation_;  // of each FDE, by its place among the entries
};

/// Any part but the last ends on the output section's alignment, by padding within its last entry:
/// zeros between parts would end the table.
void pad(const std::vector<InputSection*>& parts, std::uint8_t alignment_power) {
  const std::uint64_t mask = (std::uint64_t{1} << alignment_power) - 1;
  std::size_t i = parts.size();
  while (i > 0 && parts[i - 1]->size <= 4) --i;
  if (i == 0) return;
  for (--i; i > 0; --i) {
    InputSection& part = *parts[i - 1];
    part.size = (part.size + mask) & ~mask;
  }
}

/// Edits the parts; with `known` and `table` as a final link wants it.
void edit(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
          std::deque<EhFrameEdit>& edits, KnownCies* known, UnwindTable* table) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    InputSection& section = *parts[i];
    if (section.size == 0 || section.edit) continue;
    EhFrameEdit& edit = edits.emplace_back();
    edit.section = &section;
    const bool is_table =
        with_shape(section.file->is_64bit, section.file->is_big_endian, [&]<typename Shape>(Shape) {
          TableReader<Shape> reader(section, edit);
          if (!reader.read()) return false;
          reader.decide(i + 1 == parts.size(), known);
          if (!table) return true;
          table->count += reader.count();
          if (table->is_position_independent && reader.has_absolute_addresses())
            throw Error(Location{section.file->path, 0},
                        "unwind tables with absolute addresses are not supported in a -pie or "
                        "-shared link yet",
                        "compile with -fPIC, or use the toolchain's ld");
          return true;
        });
    if (!is_table) {
      edits.pop_back();
      if (!table) continue;
      table->is_searchable = false;
      table->faults.push_back(fmt::format("error in {}({}); no .eh_frame_hdr table will be created",
                                          section.file->path, section.name));
      continue;
    }
    section.size = edit.new_size;
    section.edit = &edit;
  }
  pad(parts, alignment_power);
}

}  // namespace

void edit_eh_frame(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
                   std::deque<EhFrameEdit>& edits) {
  edit(parts, alignment_power, edits, nullptr, nullptr);
}

UnwindTable share_eh_frame(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
                           std::deque<EhFrameEdit>& edits, bool is_position_independent) {
  KnownCies known;
  UnwindTable table;
  table.is_position_independent = is_position_independent;
  edit(parts, alignment_power, edits, &known, &table);
  // At the end of the section what is empty takes part in no alignment.
  for (auto part = parts.rbegin(); part != parts.rend() && (*part)->size <= 4; ++part)
    if ((*part)->size == 0) (*part)->alignment_power = 0;
  return table;
}

bool read_unwind_references(const InputSection& section, std::vector<UnwindReference>& references) {
  EhFrameEdit edit;
  return with_shape(section.file->is_64bit, section.file->is_big_endian,
                    [&]<typename Shape>(Shape) {
                      TableReader<Shape> reader(section, edit);
                      if (!reader.read()) return false;
                      reader.list(references);
                      return true;
                    });
}

template <typename Shape>
void write_eh_frame(const InputSection& section, char* place) {
  const std::vector<EhFrameEntry>& entries = section.edit->entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const EhFrameEntry& entry = entries[i];
    if (entry.is_removed) continue;
    char* to = place + entry.new_offset;
    std::memcpy(to, section.content.data() + entry.offset, static_cast<std::size_t>(entry.size));
    if (entry.size == 4) continue;
    std::uint64_t end = section.size;
    for (std::size_t k = i + 1; k < entries.size(); ++k)
      if (!entries[k].is_removed) {
        end = entries[k].new_offset;
        break;
      }
    Shape::template store<std::uint32_t>(to,
                                         static_cast<std::uint32_t>(end - entry.new_offset - 4));
    if (entry.cie == EhFrameEntry::no_cie) continue;
    const EhFrameEdit& edit = entry.cie_edit ? *entry.cie_edit : *section.edit;
    Shape::template store<std::uint32_t>(
        to + 4, static_cast<std::uint32_t>(section.output_offset + entry.new_offset + 4 -
                                           edit.section->output_offset -
                                           edit.entries[entry.cie].new_offset));
  }
}

template void write_eh_frame<Shape<true, false>>(const InputSection&, char*);
template void write_eh_frame<Shape<true, true>>(const InputSection&, char*);
template void write_eh_frame<Shape<false, false>>(const InputSection&, char*);
template void write_eh_frame<Shape<false, true>>(const InputSection&, char*);

}  // namespace kbx::link
