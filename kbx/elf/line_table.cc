#include "kbx/elf/line_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/relocations.h"

/// The line table of DWARF (section 6.2 of the standard, in each of its versions 2 to 5).
///
/// A table that told the line of every instruction would be larger than the code. So .debug_line
/// holds programs, one for each unit of compilation, for a machine whose registers are an address,
/// a file, a line and some more. An instruction may append the registers as a row to the table that
/// is meant; addresses in it ascend until an "end of sequence" row. A row is about the bytes from
/// its address up to that of the next row.
///
///     unit:      length, version, [5: sizes of an address and of a segment], header length,
///                least instruction length, [4: operations per instruction], default of is_stmt,
///                line base, line range, first special opcode, lengths of the standard opcodes,
///                folders, files, program
///     opcodes:   0          an extended one: length, opcode, operands
///                1 … n      standard ones, with LEB128 operands but for one
///                n + 1 …    special ones: advance address and line by what the number encodes, and
///                           append a row
///
/// Up to version 4 folders and files are lists of strings, each ended by an empty one, and the
/// numbers of both start at 1, the folder of compilation being 0. Version 5 first tells of which
/// fields an entry is made, in which form; numbers start at 0; strings may lie in .debug_line_str
/// or .debug_str.
///
/// In a relocatable object an address is a relocation against a section, so a row has a section and
/// an offset. Where the linker may delete instructions (RISC-V, LoongArch) steps of the address are
/// the difference of two labels, and thus two relocations of one field.
///
/// A message asks for one address. Its row is found by running all programs, which takes no memory;
/// only then the names are looked up. Each step consumes at least one byte of the section, so
/// every table ends. Of DWARF 4's operations per instruction (VLIW) the address is kept, not which
/// of the operations; files that a program itself declares (DW_LNE_define_file, which no compiler
/// uses) are not known.
namespace kbx::elf {
namespace {

/// Thrown where a table makes no sense, and never let out of this file.
struct Unreadable {};

constexpr std::uint16_t machine_riscv = 243;
constexpr std::uint16_t machine_loongarch = 258;

/// +1 or -1 for relocations that add to or subtract from the field, 0 for those that set it.
int sign_of(std::uint16_t machine, std::uint32_t type) {
  const auto within = [&](std::uint32_t first, std::uint32_t last) {
    return type >= first && type <= last;
  };
  if (machine == machine_riscv) return within(33, 36) ? 1 : within(37, 40) ? -1 : 0;
  if (machine == machine_loongarch) return within(47, 51) ? 1 : within(52, 56) ? -1 : 0;
  return 0;
}

void add_fixup(LineTable::Fixups& fixups, const Object& object, const Relocation& entry) {
  LineTable::Fixup& fixup = fixups[entry.offset];
  const int sign = sign_of(object.machine, entry.type);
  if (sign != 0 || !entry.has_addend) fixup.replaces = false;
  if (!entry.symbol) return;
  const std::uint64_t value = entry.symbol->value + static_cast<std::uint64_t>(entry.addend);
  fixup.value += sign < 0 ? ~value + 1 : value;
  if (sign == 0 && !entry.symbol->reserved_section) fixup.section = entry.symbol->section;
}

/// A number of a section with what relocations make of it.
struct Field {
  std::uint64_t value = 0;
  std::uint32_t section = 0;
};

/// Reads a section from one end to the other.
class Cursor {
 public:
  Cursor(std::string_view content, const LineTable::Fixups& fixups, bool is_big_endian)
      : content_(content), fixups_(&fixups), is_big_endian_(is_big_endian), end_(content.size()) {}

  bool at_end() const { return at_ >= end_; }
  std::uint64_t position() const { return at_; }
  std::uint64_t rest() const { return end_ - at_; }
  /// Nothing behind the next `size` bytes is read.
  void limit(std::uint64_t size) {
    if (size > rest()) throw Unreadable();
    end_ = at_ + size;
  }
  void skip(std::uint64_t size) {
    if (size > rest()) throw Unreadable();
    at_ += size;
  }

  /// Nothing of one byte is relocated.
  std::uint8_t byte() {
    if (at_end()) throw Unreadable();
    return static_cast<std::uint8_t>(content_[static_cast<size_t>(at_++)]);
  }

  Field field(std::uint64_t size) {
    constexpr std::uint64_t widest = 8;
    if (size > widest || size > rest()) throw Unreadable();
    Field result;
    result.value = read_number(content_.substr(static_cast<size_t>(at_), static_cast<size_t>(size)),
                               is_big_endian_);
    if (const auto found = fixups_->find(at_); found != fixups_->end()) {
      if (found->second.replaces) result.value = 0;
      result.value += found->second.value;
      result.section = found->second.section;
      if (size < widest) result.value &= (std::uint64_t{1} << (8 * size)) - 1;
    }
    at_ += size;
    return result;
  }

  std::uint64_t unsigned_leb() { return leb(false); }
  std::int64_t signed_leb() { return static_cast<std::int64_t>(leb(true)); }

  std::string_view text() {
    const std::string_view all =
        content_.substr(static_cast<size_t>(at_), static_cast<size_t>(rest()));
    const size_t length = all.find('\0');
    if (length == std::string_view::npos) throw Unreadable();
    at_ += length + 1;
    return all.substr(0, length);
  }

 private:
  std::uint64_t leb(bool is_signed) {
    constexpr unsigned bits = 64;
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t next = 0;
    do {
      next = byte();
      if (shift < bits) value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      shift = std::min(shift + 7, bits);
    } while (next & 0x80);
    if (is_signed && (next & 0x40) && shift < bits) value |= ~std::uint64_t{0} << shift;
    return value;
  }

  std::string_view content_;
  const LineTable::Fixups* fixups_;
  bool is_big_endian_;
  std::uint64_t at_ = 0;
  std::uint64_t end_;
};

/// What a unit's header says.
struct Unit {
  std::uint64_t version = 0;
  std::uint64_t offset_size = 4;  // 8 in the 64-bit format of DWARF
  std::uint64_t least_instruction = 1;
  std::uint64_t operations = 1;  // per instruction
  std::int8_t line_base = 0;
  std::uint8_t line_range = 0;
  std::uint8_t first_special = 0;
  std::array<std::uint8_t, 256> operands{};  // how many LEB128 a standard opcode has
  std::uint64_t program = 0;                 // position of the first opcode
};

/// Leaves `cursor` where the folders start.
Unit read_header(Cursor& cursor, std::uint64_t offset_size) {
  Unit unit;
  unit.offset_size = offset_size;
  unit.version = cursor.field(2).value;
  if (unit.version < 2 || unit.version > 5) throw Unreadable();
  if (unit.version >= 5) cursor.skip(2);
  const std::uint64_t length = cursor.field(offset_size).value;
  if (length > cursor.rest()) throw Unreadable();
  unit.program = cursor.position() + length;
  unit.least_instruction = cursor.byte();
  if (unit.version >= 4) unit.operations = std::max<std::uint64_t>(cursor.byte(), 1);
  cursor.skip(1);
  unit.line_base = static_cast<std::int8_t>(cursor.byte());
  unit.line_range = cursor.byte();
  unit.first_special = cursor.byte();
  for (unsigned opcode = 1; opcode < unit.first_special; ++opcode)
    unit.operands[opcode] = cursor.byte();
  return unit;
}

struct Row {
  std::uint32_t section = 0;
  std::uint64_t address = 0;
  std::uint64_t file = 1;
  std::uint64_t line = 1;
};

/// Runs the program of one unit until it makes the row of an address.
class Program {
 public:
  Program(const Unit& unit, Cursor cursor) : unit_(unit), cursor_(cursor) {
    cursor_.skip(unit.program - cursor_.position());
  }

  std::optional<Row> row_of(std::uint32_t section, std::uint64_t offset) {
    wanted_section_ = section;
    wanted_ = offset;
    while (!cursor_.at_end() && !found_) step();
    return found_;
  }

 private:
  void step() {
    const std::uint8_t opcode = cursor_.byte();
    if (opcode >= unit_.first_special) {
      const unsigned code = opcode - unit_.first_special;
      if (unit_.line_range == 0) throw Unreadable();
      advance(code / unit_.line_range);
      const int lines = unit_.line_base + static_cast<int>(code % unit_.line_range);
      now_.line += static_cast<std::uint64_t>(std::int64_t{lines});
      append();
    } else if (opcode == 0) {
      take_extended();
    } else {
      take_standard(opcode);
    }
  }

  void take_standard(std::uint8_t opcode) {
    constexpr std::uint8_t copy = 1;
    constexpr std::uint8_t advance_pc = 2;
    constexpr std::uint8_t advance_line = 3;
    constexpr std::uint8_t set_file = 4;
    constexpr std::uint8_t const_add_pc = 8;
    constexpr std::uint8_t fixed_advance_pc = 9;
    switch (opcode) {
      case copy:
        return append();
      case advance_pc:
        return advance(cursor_.unsigned_leb());
      case advance_line:
        now_.line += static_cast<std::uint64_t>(cursor_.signed_leb());
        return;
      case set_file:
        now_.file = cursor_.unsigned_leb();
        return;
      case const_add_pc:
        if (unit_.line_range == 0) throw Unreadable();
        return advance((255U - unit_.first_special) / unit_.line_range);
      case fixed_advance_pc:
        now_.address += cursor_.field(2).value;
        return;
      default:
        for (unsigned i = 0; i < unit_.operands[opcode]; ++i) cursor_.unsigned_leb();
    }
  }

  void take_extended() {
    constexpr std::uint8_t end_sequence = 1;
    constexpr std::uint8_t set_address = 2;
    const std::uint64_t length = cursor_.unsigned_leb();
    if (length == 0) return;
    const std::uint64_t next = cursor_.position() + length;
    if (length > cursor_.rest()) throw Unreadable();
    const std::uint8_t opcode = cursor_.byte();
    if (opcode == end_sequence) {
      append();
      now_ = Row();
      last_.reset();
    } else if (opcode == set_address) {
      const Field address = cursor_.field(length - 1);
      now_.section = address.section;
      now_.address = address.value;
    }
    cursor_.skip(next - cursor_.position());
  }

  void advance(std::uint64_t operations) {
    now_.address += unit_.least_instruction * (operations / unit_.operations);
  }

  void append() {
    if (last_ && last_->section == now_.section && now_.section == wanted_section_ &&
        last_->address <= wanted_ && wanted_ < now_.address)
      found_ = last_;
    last_ = now_;
  }

  const Unit& unit_;
  Cursor cursor_;
  std::uint32_t wanted_section_ = 0;
  std::uint64_t wanted_ = 0;
  Row now_;
  std::optional<Row> last_;
  std::optional<Row> found_;
};

/// A folder or a file of a unit.
struct Entry {
  std::string_view name;
  std::uint64_t folder = 0;
};

/// Looks up the names that belong to one unit.
class Names {
 public:
  /// `folders` is where the unit's folders start.
  Names(const Object& object, const Unit& unit, Cursor folders)
      : object_(object), unit_(unit), folders_(folders) {}

  std::string path_of(std::uint64_t file) const {
    Cursor cursor = folders_;
    constexpr std::uint64_t none = ~std::uint64_t{0};
    const bool is_new = unit_.version >= 5;
    is_new ? listed(cursor, none) : folder_before_5(cursor, none);
    const Entry found = is_new ? listed(cursor, file) : file_before_5(cursor, file);
    // Number 0 is the folder of compilation.
    if (found.name.starts_with('/') || found.folder == 0) return std::string(found.name);
    cursor = folders_;
    const Entry folder =
        is_new ? listed(cursor, found.folder) : folder_before_5(cursor, found.folder);
    return std::string(folder.name) + "/" + std::string(found.name);
  }

 private:
  static Entry folder_before_5(Cursor& cursor, std::uint64_t wanted) {
    Entry found;
    std::uint64_t number = 1;
    for (std::string_view name = cursor.text(); !name.empty(); name = cursor.text())
      if (number++ == wanted) found.name = name;
    return found;
  }

  static Entry file_before_5(Cursor& cursor, std::uint64_t wanted) {
    std::uint64_t number = 1;
    for (std::string_view name = cursor.text(); !name.empty(); name = cursor.text()) {
      Entry entry{name, cursor.unsigned_leb()};
      cursor.unsigned_leb();  // time
      cursor.unsigned_leb();  // size
      if (number++ == wanted) return entry;
    }
    throw Unreadable();
  }

  /// Reads a list of version 5 and gives the entry of that number, if there is one.
  Entry listed(Cursor& cursor, std::uint64_t wanted) const {
    constexpr std::uint64_t path = 1;
    constexpr std::uint64_t folder = 2;
    struct Part {
      std::uint64_t kind;
      std::uint64_t form;
    };
    std::vector<Part> parts(cursor.byte());
    for (Part& part : parts) {
      part.kind = cursor.unsigned_leb();
      part.form = cursor.unsigned_leb();
    }
    const std::uint64_t count = cursor.unsigned_leb();
    if (parts.empty() && count > 0) throw Unreadable();
    Entry found;
    for (std::uint64_t i = 0; i < count; ++i) {
      for (const Part& part : parts) {
        const Value value = value_of(cursor, part.form);
        if (i == wanted && part.kind == path) found.name = text_of(value);
        if (i == wanted && part.kind == folder) found.folder = value.number;
      }
    }
    return found;
  }

  /// `number` is an offset in `strings`, if these are given.
  struct Value {
    std::string_view text;
    std::uint64_t number = 0;
    const char* strings = nullptr;
  };

  /// The forms (section 7.5.6) that may stand in these lists.
  Value value_of(Cursor& cursor, std::uint64_t form) const {
    switch (form) {
      case 0x08:  // DW_FORM_string
        return {cursor.text()};
      case 0x1f:  // DW_FORM_line_strp
        return {{}, cursor.field(unit_.offset_size).value, ".debug_line_str"};
      case 0x0e:  // DW_FORM_strp
        return {{}, cursor.field(unit_.offset_size).value, ".debug_str"};
      case 0x0b:  // DW_FORM_data1
        return {{}, cursor.field(1).value};
      case 0x05:  // DW_FORM_data2
        return {{}, cursor.field(2).value};
      case 0x06:  // DW_FORM_data4
        return {{}, cursor.field(4).value};
      case 0x07:  // DW_FORM_data8
        return {{}, cursor.field(8).value};
      case 0x0f:  // DW_FORM_udata
        return {{}, cursor.unsigned_leb()};
      case 0x1e:  // DW_FORM_data16
        cursor.skip(16);
        return {};
      case 0x09:  // DW_FORM_block
        cursor.skip(cursor.unsigned_leb());
        return {};
      default:
        throw Unreadable();
    }
  }

  std::string_view text_of(const Value& value) const {
    if (!value.strings) return value.text;
    const Section* const section = object_.find_section(value.strings);
    if (!section || (section->flags & SHF_COMPRESSED)) throw Unreadable();
    if (value.number >= section->content.size()) throw Unreadable();
    const std::string_view rest = section->content.substr(static_cast<size_t>(value.number));
    const size_t length = rest.find('\0');
    if (length == std::string_view::npos) throw Unreadable();
    return rest.substr(0, length);
  }

  const Object& object_;
  const Unit& unit_;
  Cursor folders_;
};

/// The place of an address as one unit has it. `unit_cursor` ends with the unit.
std::optional<SourceLine> line_in_unit(const Object& object, Cursor unit_cursor,
                                       std::uint64_t offset_size, std::uint32_t section,
                                       std::uint64_t offset) {
  try {
    const Unit unit = read_header(unit_cursor, offset_size);
    const auto row = Program(unit, unit_cursor).row_of(section, offset);
    // Line 0 is what the compiler made without a line of the source.
    if (!row || row->line == 0 || row->line > INT32_MAX) return {};
    SourceLine place{Names(object, unit, unit_cursor).path_of(row->file), row->line};
    if (place.file.empty()) return {};
    return place;
  } catch (const Unreadable&) {
    return {};
  }
}

}  // namespace

const LineTable::Fixups& LineTable::fixups_of(std::uint32_t section) {
  const auto [place, is_new] = fixups_.try_emplace(section);
  if (!is_new) return place->second;
  for (const Section& entries : object_.sections) {
    if (entries.info != section || (entries.type != SHT_REL && entries.type != SHT_RELA)) continue;
    for (const Relocation& entry : read_relocations(object_, entries, ""))
      add_fixup(place->second, object_, entry);
  }
  return place->second;
}

std::optional<SourceLine> LineTable::line_of(std::uint32_t section, std::uint64_t offset) {
  try {
    for (std::uint32_t i = 0; i < object_.sections.size(); ++i) {
      const Section& table = object_.sections[i];
      if (table.name != ".debug_line" || (table.flags & SHF_COMPRESSED)) continue;
      if (auto place = line_in(table, fixups_of(i), section, offset)) return place;
    }
  } catch (const Error&) {
    // Relocations that make no sense.
  }
  return {};
}

std::optional<SourceLine> LineTable::line_in(const Section& table, const Fixups& fixups,
                                             std::uint32_t section, std::uint64_t offset) const {
  Cursor cursor(table.content, fixups, object_.is_big_endian);
  try {
    while (!cursor.at_end()) {
      constexpr std::uint64_t wide_mark = 0xffffffff;
      std::uint64_t offset_size = 4;
      std::uint64_t length = cursor.field(offset_size).value;
      if (length == wide_mark) {
        offset_size = 8;
        length = cursor.field(offset_size).value;
      }
      Cursor unit = cursor;
      unit.limit(length);
      if (auto place = line_in_unit(object_, unit, offset_size, section, offset)) return place;
      cursor.skip(length);
    }
  } catch (const Unreadable&) {
    // What is behind a broken length cannot be found.
  }
  return {};
}

}  // namespace kbx::elf
