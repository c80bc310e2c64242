#include "kbx/link/input/eh_frame.h"

#include <algorithm>
#include <cstring>

#include <elf.h>

#include "kbx/link/input/relocation.h"
#include "kbx/link/resolve/symbol_table.h"

/// Editing of .eh_frame, after the Linux Standard Base Core Specification, "Exception Frames", and
/// with GNU ld 2.40's decisions: which entries stay, how they are aligned, what becomes padding.
/// Everything is read with its bounds checked; what is not understood makes the section stay as it
/// is.
namespace kbx::link {
namespace {

constexpr std::uint8_t omitted = 0xff;  // DW_EH_PE_omit

/// What of a CIE matters for its FDEs.
struct Cie {
  std::size_t entry = 0;
  std::uint64_t offset = 0;
  bool has_size = false;  // augmentation starts with z
  bool has_lsda = false;
  std::uint8_t encoding = 0;  // of addresses in FDEs
};

/// Reads numbers from a part of a section; fails for good at its end.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t at, std::size_t end)
      : bytes_(bytes), at_(at), end_(end) {}

  std::size_t at() const { return at_; }
  bool ok() const { return !has_failed_; }
  bool fail() {
    has_failed_ = true;
    return false;
  }
  bool skip(std::uint64_t count) {
    if (has_failed_ || count > end_ - at_) return fail();
    at_ += static_cast<std::size_t>(count);
    return true;
  }
  std::uint8_t byte() {
    if (!skip(1)) return 0;
    return static_cast<std::uint8_t>(bytes_[at_ - 1]);
  }
  std::uint64_t leb128() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t part = byte();
      if (has_failed_) return 0;
      if (shift < 64) value |= std::uint64_t{part & 0x7fu} << shift;
      if (!(part & 0x80)) return value;
    }
  }
  bool is_at_end() const { return at_ >= end_; }

 private:
  std::string_view bytes_;
  std::size_t at_;
  std::size_t end_;
  bool has_failed_ = false;
};

/// How many bytes an encoded address has; 0 for an encoding that has none or is unknown.
std::size_t width_of(std::uint8_t encoding, std::size_t word) {
  if ((encoding & 0x60) == 0x60) return 0;
  switch (encoding & 7) {
    case 0:
      return word;
    case 2:
      return 2;
    case 3:
      return 4;
    case 4:
      return 8;
    default:
      return 0;
  }
}

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

  /// Decides what stays; `is_last` if no further part follows.
  void decide(bool is_last) {
    for (EhFrameEntry& entry : edit_.entries) {
      if (entry.size == 4) {
        entry.is_removed = !is_last;
      } else if (entry.cie != EhFrameEntry::no_cie && !describes_discarded(entry)) {
        entry.is_removed = false;
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
    const bool is_old = augmentation.substr(0, 2) == "eh";
    if (is_old) {
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
    Cie& cie = cies_.emplace_back();
    cie.entry = edit_.entries.size() - 1;
    cie.offset = at;
    std::uint8_t encoding = omitted;
    if (!is_old && !read_augmentation(augmentation, cursor, cie, encoding)) return false;
    cie.encoding = encoding == omitted ? std::uint8_t{0} : encoding;
    const std::size_t start = cursor.at();
    if (!has_no_relocations(end)) return false;
    return trim(start, end, width_of(cie.encoding, word), true);
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
          const std::uint8_t lsda = cursor.byte();
          cie.has_lsda = lsda != omitted;
          if (!cursor.ok() || width_of(lsda, word) == 0) return false;
          break;
        }
        case 'R':
          encoding = cursor.byte();
          if (!cursor.ok() || width_of(encoding, word) == 0) return false;
          break;
        case 'P':
          if (!read_personality(cursor)) return false;
          break;
        default:
          return false;
      }
      if (!cursor.ok() || !has_no_relocations(cursor.at())) return false;
    }
    return true;
  }

  bool read_personality(Cursor& cursor) {
    const std::uint8_t encoding = cursor.byte();
    const std::size_t width = width_of(encoding, word);
    if (!cursor.ok() || width == 0) return false;
    if ((encoding & 0x70) == 0x50) {  // DW_EH_PE_aligned
      cursor.skip((width - cursor.at() % width) % width);
      if (width == 8) edit_.entries.back().alignment = 8;
    }
    if (!has_no_relocations(cursor.at()) || !relocation_at(cursor.at())) return false;
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
    if (!start || !is_of_this_file(*start)) return false;
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
    if (cie->has_lsda) {
      skip_relocations(cursor.at());
      if (!cie->has_size) length = end - cursor.at();
    }
    if (!cursor.skip(length)) return false;
    const std::size_t instructions = cursor.at();
    skip_relocations(end);
    return trim(instructions, end, width, false);
  }

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
    const Relocation& first =
        first_relocation_[static_cast<std::size_t>(&entry - edit_.entries.data())];
    if (first.symbol == 0) return true;
    bool is_elsewhere = false;
    const InputSection* section = section_of(first, is_elsewhere);
    return is_elsewhere || (section && (section->kept || section->is_discarded));
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

}  // namespace

void edit_eh_frame(const std::vector<InputSection*>& parts, std::uint8_t alignment_power,
                   std::deque<EhFrameEdit>& edits) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    InputSection& section = *parts[i];
    if (section.size == 0 || section.edit) continue;
    EhFrameEdit edit;
    const bool is_table =
        with_shape(section.file->is_64bit, section.file->is_big_endian, [&]<typename Shape>(Shape) {
          TableReader<Shape> reader(section, edit);
          if (!reader.read()) return false;
          reader.decide(i + 1 == parts.size());
          return true;
        });
    if (!is_table) continue;
    section.size = edit.new_size;
    section.edit = &edits.emplace_back(std::move(edit));
  }
  pad(parts, alignment_power);
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
    if (entry.cie != EhFrameEntry::no_cie)
      Shape::template store<std::uint32_t>(
          to + 4, static_cast<std::uint32_t>(entry.new_offset + 4 - entries[entry.cie].new_offset));
  }
}

template void write_eh_frame<Shape<true, false>>(const InputSection&, char*);
template void write_eh_frame<Shape<true, true>>(const InputSection&, char*);
template void write_eh_frame<Shape<false, false>>(const InputSection&, char*);
template void write_eh_frame<Shape<false, true>>(const InputSection&, char*);

}  // namespace kbx::link
