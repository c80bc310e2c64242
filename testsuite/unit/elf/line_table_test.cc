#include "kbx/elf/line_table.h"

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/elf/writer.h"

using namespace kbx;
using namespace kbx::elf;

namespace {

constexpr std::uint16_t machine_riscv = 243;

struct Shape {
  bool is_64bit;
  bool is_big_endian;
  std::uint16_t machine;
  std::uint32_t address_type;  // R_* of an address
  bool has_addends;
};

constexpr Shape x86_64{true, false, EM_X86_64, R_X86_64_64, true};
constexpr Shape shapes[] = {
    x86_64,
    {true, true, EM_S390, R_390_64, true},
    {false, false, EM_386, R_386_32, false},
    {false, true, EM_PPC, R_PPC_ADDR32, true},
    {true, true, EM_MIPS, R_MIPS_64, true},
    {false, false, EM_ARM, R_ARM_ABS32, false},
};

/// Writes the .debug_line of one unit: /src/inc/b.h is its second file, a.c its first.
class TableWriter {
 public:
  TableWriter(const Shape& shape, unsigned version, bool is_wide = false)
      : shape_(shape), version_(version), offset_size_(is_wide ? 8 : 4) {}

  void number(std::uint64_t value, size_t size) {
    append_number(bytes_, value, size, shape_.is_big_endian);
  }
  void opcodes(std::initializer_list<int> values) {
    for (const int value : values) bytes_ += static_cast<char>(value);
  }
  void text(std::string_view value) { (bytes_ += value) += '\0'; }

  /// DW_LNE_set_address, to an offset in .text.
  void set_address(std::uint64_t offset) {
    const size_t size = shape_.is_64bit ? 8 : 4;
    opcodes({0, static_cast<int>(size + 1), 2});
    relocations.push_back({bytes_.size(), shape_.address_type, 0,
                           shape_.has_addends ? static_cast<std::int64_t>(offset) : 0});
    number(shape_.has_addends ? 0 : offset, size);
  }

  void header() {
    number(version_, 2);
    if (version_ >= 5) opcodes({shape_.is_64bit ? 8 : 4, 0});
    header_length_at_ = bytes_.size();
    number(0, offset_size_);
    opcodes({least_instruction});
    if (version_ >= 4) opcodes({1});
    opcodes({1, -5, line_range, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1});
    version_ >= 5 ? names_of_5() : names_before_5();
    const std::uint64_t length = bytes_.size() - header_length_at_ - offset_size_;
    std::string field;
    append_number(field, length, offset_size_, shape_.is_big_endian);
    bytes_.replace(header_length_at_, offset_size_, field);
  }

  /// Where the next byte goes.
  size_t size() const { return bytes_.size(); }

  /// A whole object: 100 bytes of code and the table.
  std::string object() {
    std::string table;
    if (offset_size_ == 8) append_number(table, 0xffffffff, 4, shape_.is_big_endian);
    append_number(table, bytes_.size(), offset_size_, shape_.is_big_endian);
    std::vector<NewRelocation> moved = relocations;
    for (NewRelocation& relocation : moved) relocation.offset += table.size();
    NewObject object;
    object.is_64bit = shape_.is_64bit;
    object.is_big_endian = shape_.is_big_endian;
    object.machine = shape_.machine;
    object.has_addends = shape_.has_addends;
    object.sections = {
        {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 16, 0, std::string(100, 'c'), 0, {}},
        {".debug_line", SHT_PROGBITS, flags, 1, 0, table + bytes_, 0, moved},
        {".debug_line_str", SHT_PROGBITS, 0, 1, 0, std::string("xx/src\0a.c\0b.h\0", 15), 0, {}},
    };
    object.symbols = {{"", 0, 0, STB_LOCAL, STT_SECTION, STV_DEFAULT, 1},
                      {"label", 40, 0, STB_LOCAL, STT_NOTYPE, STV_DEFAULT, 1}};
    return write_object(object);
  }

  std::vector<NewRelocation> relocations;
  std::uint64_t flags = 0;
  int least_instruction = 1;
  int line_range = 14;

 private:
  void names_before_5() {
    text("/src");
    text("inc");
    text("");
    text("a.c");
    opcodes({0, 0, 0});
    text("b.h");
    opcodes({1, 0, 0});
    text("c.h");
    opcodes({2, 0, 0});
    text("");
  }

  void names_of_5() {
    opcodes({1, 1, 0x08, 3});  // one part: a path as a string
    text("/build");
    text("/src");
    text("inc");
    // Path in .debug_line_str, number of the folder, and a digest.
    opcodes({3, 1, 0x1f, 2, 0x0b, 5, 0x1e, 4});
    const struct {
      std::uint64_t name;
      int folder;
    } files[] = {{7, 0}, {7, 0}, {11, 1}, {11, 2}};
    for (const auto& file : files) {
      number(file.name, offset_size_);
      opcodes({file.folder});
      bytes_.append(16, 'd');
    }
  }

  Shape shape_;
  unsigned version_;
  size_t offset_size_;
  std::string bytes_;
  size_t header_length_at_ = 0;
};

constexpr int copy = 1;
constexpr int advance_pc = 2;
constexpr int advance_line = 3;
constexpr int set_file = 4;
constexpr int const_add_pc = 8;
constexpr int fixed_advance_pc = 9;
constexpr int end_sequence[] = {0, 1, 1};
/// The special opcode for such steps, as the standard computes it.
constexpr int special(int address, int line) {
  return line + 5 + 14 * address + 13;
}

/// Rows: 0 a.c:3, 4 a.c:5, 10 /src/b.h:9 (twice; the first is about no byte), 27 no line, 30 end.
std::string usual_object(const Shape& shape, unsigned version, bool is_wide = false) {
  TableWriter table(shape, version, is_wide);
  table.header();
  table.set_address(0);
  table.opcodes({advance_line, 2, copy, special(4, 2), advance_pc, 6, copy});
  table.opcodes({set_file, 2, advance_line, 4, 7, copy, const_add_pc, advance_line, 0x77, copy});
  table.opcodes({advance_pc, 3, end_sequence[0], end_sequence[1], end_sequence[2]});
  return table.object();
}

std::string place_in(const std::string& bytes, std::uint64_t offset, std::uint32_t section = 1) {
  const Object object = read_object(bytes, "a.o");
  LineTable lines(object);
  const auto found = lines.line_of(section, offset);
  return found ? found->file + ":" + std::to_string(found->line) : "";
}

}  // namespace

TEST_CASE("each version, in both classes and byte orders") {
  for (const Shape& shape : shapes) {
    for (const unsigned version : {2U, 3U, 4U, 5U}) {
      for (const bool is_wide : {false, true}) {
        CAPTURE(shape.machine);
        CAPTURE(version);
        CAPTURE(is_wide);
        const std::string object = usual_object(shape, version, is_wide);
        CHECK(place_in(object, 0) == "a.c:3");
        CHECK(place_in(object, 3) == "a.c:3");
        CHECK(place_in(object, 4) == "a.c:5");
        CHECK(place_in(object, 9) == "a.c:5");
        CHECK(place_in(object, 10) == "/src/b.h:9");
        CHECK(place_in(object, 26) == "/src/b.h:9");
        CHECK(place_in(object, 27).empty());
        CHECK(place_in(object, 30).empty());
        CHECK(place_in(object, 4, 2).empty());
      }
    }
  }
}

TEST_CASE("a folder that is not absolute stays so") {
  for (const unsigned version : {4U, 5U}) {
    TableWriter table(x86_64, version);
    table.header();
    table.set_address(8);
    table.opcodes({set_file, 3, copy, advance_pc, 4, 0, 1, 1});
    CHECK(place_in(table.object(), 8) == (version == 5 ? "inc/b.h:1" : "inc/c.h:1"));
    CHECK(place_in(table.object(), 7).empty());
  }
}

TEST_CASE("sequences are apart, and in any order") {
  TableWriter table(x86_64, 4);
  table.header();
  table.set_address(50);
  table.opcodes({advance_line, 49, copy, advance_pc, 10, 0, 1, 1});
  table.set_address(20);
  table.opcodes({advance_line, 19, copy, advance_pc, 10, 0, 1, 1});
  const std::string object = table.object();
  CHECK(place_in(object, 55) == "a.c:50");
  CHECK(place_in(object, 25) == "a.c:20");
  CHECK(place_in(object, 40).empty());
}

TEST_CASE("steps between labels that the linker may bring together") {
  constexpr std::uint32_t add16 = 34;
  constexpr std::uint32_t sub16 = 38;
  constexpr std::uint32_t address64 = 2;
  TableWriter table({true, false, machine_riscv, address64, true}, 5);
  table.header();
  table.set_address(0);
  table.opcodes({copy, advance_line, 7, fixed_advance_pc});
  table.relocations.push_back({table.size(), add16, 1, 2});
  table.relocations.push_back({table.size(), sub16, 0, 0});
  table.number(0, 2);
  table.opcodes({copy, advance_pc, 4, 0, 1, 1});
  CHECK(place_in(table.object(), 41) == "a.c:1");
  CHECK(place_in(table.object(), 42) == "a.c:8");
}

TEST_CASE("units of an instruction, opcodes that are not known") {
  TableWriter table(x86_64, 4);
  table.least_instruction = 4;
  table.header();
  table.set_address(0);
  // Column (one operand), block, prologue, epilogue, and an extended opcode of a vendor.
  table.opcodes({5, 0x81, 1, 7, 10, 11, 0, 3, 0x80, 1, 2, copy, special(1, 1), advance_pc, 1});
  table.opcodes({0, 1, 1});
  CHECK(place_in(table.object(), 3) == "a.c:1");
  CHECK(place_in(table.object(), 7) == "a.c:2");
  CHECK(place_in(table.object(), 8).empty());
}

TEST_CASE("what cannot be read gives nothing") {
  SUBCASE("no table") {
    NewObject object;
    object.is_64bit = true;
    object.machine = EM_X86_64;
    object.sections = {{".text", SHT_PROGBITS, SHF_ALLOC, 1, 0, "code", 0, {}}};
    CHECK(place_in(write_object(object), 0).empty());
  }
  SUBCASE("compressed") {
    TableWriter table(x86_64, 5);
    table.header();
    table.set_address(0);
    table.opcodes({copy, advance_pc, 4, 0, 1, 1});
    CHECK(place_in(table.object(), 0) == "a.c:1");
    table.flags = SHF_COMPRESSED;
    table.relocations.clear();
    CHECK(place_in(table.object(), 0).empty());
  }
  SUBCASE("a version to come") {
    CHECK(place_in(usual_object(x86_64, 6), 0).empty());
  }
  SUBCASE("special opcodes without a range") {
    TableWriter table(x86_64, 4);
    table.line_range = 0;
    table.header();
    table.set_address(0);
    table.opcodes({copy, special(4, 2), 0, 1, 1});
    CHECK(place_in(table.object(), 0).empty());
  }
  SUBCASE("a file that is not listed") {
    TableWriter table(x86_64, 4);
    table.header();
    table.set_address(0);
    table.opcodes({set_file, 9, copy, advance_pc, 4, 0, 1, 1});
    CHECK(place_in(table.object(), 0).empty());
  }
}

TEST_CASE("no byte of a table is believed") {
  for (const unsigned version : {2U, 5U}) {
    const std::string sound = usual_object(x86_64, version);
    const Object object = read_object(sound, "a.o");
    const std::string_view table = object.find_section(".debug_line")->content;
    const auto start = static_cast<size_t>(table.data() - sound.data());
    for (size_t i = 0; i < table.size(); ++i) {
      for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
        std::string bytes = sound;
        bytes[start + i] = value;
        const std::string place = place_in(bytes, 10);
        CHECK(place.size() < sound.size());
      }
    }
  }
}
