#include "kbx/elf/writer.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/base/process.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"

using namespace kbx;
using namespace kbx::elf;

namespace {

struct Shape {
  bool is_64bit;
  bool is_big_endian;
  std::uint16_t machine;
  bool has_addends;
};

constexpr Shape shapes[] = {
    {true, false, EM_X86_64, true}, {true, true, EM_S390, true},  {false, false, EM_386, false},
    {false, true, EM_PPC, true},    {true, false, EM_MIPS, true}, {true, true, EM_MIPS, true},
    {false, false, EM_ARM, false},
};

NewObject sample(const Shape& shape) {
  NewObject object;
  object.is_64bit = shape.is_64bit;
  object.is_big_endian = shape.is_big_endian;
  object.machine = shape.machine;
  object.flags = 0x1234;
  object.has_addends = shape.has_addends;
  NewSection data{".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8, 0, std::string(16, 'd'), 0, {}};
  data.relocations = {{0, 1, 0, shape.has_addends ? -5 : 0}, {8, 2, 2, 0}};
  object.sections = {
      {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 16, 0, "code", 0, {}},
      data,
      {".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 32, 0, "", 4096, {}},
  };
  object.symbols = {
      {"wanted", 0, 0, STB_GLOBAL, STT_NOTYPE, STV_DEFAULT, SHN_UNDEF},
      {"given", 4, 12, STB_GLOBAL, STT_OBJECT, STV_HIDDEN, 2},
      {"own", 1, 2, STB_LOCAL, STT_FUNC, STV_DEFAULT, 1},
      {"a.c", 0, 0, STB_LOCAL, STT_FILE, STV_DEFAULT, SHN_ABS},
  };
  return object;
}

const Symbol& symbol_of(const Object& object, std::string_view name) {
  for (const Symbol& symbol : object.symbols)
    if (symbol.name == name) return symbol;
  FAIL("no symbol ", std::string(name));
  return object.symbols.front();
}

}  // namespace

TEST_CASE("what is written is read again, in every shape") {
  for (const Shape& shape : shapes) {
    CAPTURE(shape.machine);
    const std::string bytes = write_object(sample(shape));
    const Object object = read_object(bytes, "a.o");
    CHECK(object.is_64bit == shape.is_64bit);
    CHECK(object.is_big_endian == shape.is_big_endian);
    CHECK(object.type == ET_REL);
    CHECK(object.machine == shape.machine);
    CHECK(object.flags == 0x1234);
    REQUIRE(object.sections.size() == 8);
    CHECK(object.sections[1].content == "code");
    CHECK(object.sections[1].alignment == 16);
    CHECK(object.sections[2].flags == (SHF_ALLOC | SHF_WRITE));
    CHECK(object.sections[3].type == SHT_NOBITS);
    CHECK(object.sections[3].size == 4096);
    CHECK(object.find_section(shape.has_addends ? ".rela.data" : ".rel.data"));

    const Symbol& given = symbol_of(object, "given");
    CHECK(given.value == 4);
    CHECK(given.size == 12);
    CHECK(given.binding == STB_GLOBAL);
    CHECK(given.type == STT_OBJECT);
    CHECK(given.visibility == STV_HIDDEN);
    CHECK(given.section == 2);
    CHECK(symbol_of(object, "wanted").is_undefined());
    CHECK(symbol_of(object, "a.c").reserved_section);

    const auto entries = read_relocations(object, object.sections[4], "a.o");
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].symbol->name == "wanted");
    CHECK(entries[0].type == 1);
    CHECK(entries[0].addend == (shape.has_addends ? -5 : 0));
    CHECK(entries[1].offset == 8);
    CHECK(entries[1].symbol->name == "own");
  }
}

TEST_CASE("local symbols come before all others") {
  const std::string bytes = write_object(sample(shapes[0]));
  const Object object = read_object(bytes, "a.o");
  bool others = false;
  std::uint32_t locals = 1;
  for (const Symbol& symbol : object.symbols) {
    if (symbol.binding != STB_LOCAL) others = true;
    if (symbol.binding == STB_LOCAL) {
      CHECK(!others);
      ++locals;
    }
  }
  CHECK(object.find_section(".symtab")->info == locals);
}

TEST_CASE("readelf finds no fault, and the linker takes it") {
  const test::TemporaryFolder folder;
  for (const Shape& shape : shapes) {
    CAPTURE(shape.machine);
    const std::string file = folder.file("a.o", write_object(sample(shape)));
    Command command;
    command.arguments = {"readelf", "--all", "--wide", file};
    command.capture_errors = true;
    const CommandResult said = run(command);
    CHECK(said.status == 0);
    CHECK(said.errors == "");
    CHECK(said.output.find("wanted") != std::string::npos);
  }
  const std::string file = folder.file("a.o", write_object(sample(shapes[0])));
  Command command;
  command.arguments = {"ld", "-r", "-m", "elf_x86_64", "-o", folder.at("b.o"), file};
  CHECK(run(command).status == 0);
}

TEST_CASE("what does not fit the format is refused") {
  const auto refused = [](const auto& change) {
    NewObject object = sample(shapes[2]);
    change(object);
    CHECK_THROWS_AS(write_object(object), Error);
  };
  refused([](NewObject& object) { object.symbols[0].value = 1ULL << 40; });
  refused([](NewObject& object) { object.symbols[1].section = 4; });
  refused([](NewObject& object) { object.symbols[1].name = std::string("a\0b", 3); });
  refused([](NewObject& object) { object.sections[1].relocations[0].symbol = 4; });
  refused([](NewObject& object) { object.sections[1].relocations[0].type = 256; });
  refused([](NewObject& object) { object.sections[1].relocations[0].addend = 1; });
  refused([](NewObject& object) { object.sections[0].alignment = 3; });
  refused([](NewObject& object) { object.sections[2].content = std::string("x"); });
  refused([](NewObject& object) { object.sections.resize(40000); });
}
