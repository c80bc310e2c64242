#include "kbx/symbols/mcount_table.h"

#include <string>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"
#include "kbx/elf/relocations.h"
#include "kbx/elf/writer.h"

using namespace kbx;
using symbols::record_mcount;

namespace {

/// A function that calls another in a section of that name, for x86-64.
elf::NewObject object_with(const std::string& section, const std::string& called) {
  elf::NewObject object;
  object.is_64bit = true;
  object.machine = EM_X86_64;
  elf::NewSection code;
  code.name = section;
  code.type = SHT_PROGBITS;
  code.flags = SHF_ALLOC | SHF_EXECINSTR;
  code.content = std::string("\x90\xe8\0\0\0\0\xc3", 7);
  code.relocations = {{2, R_X86_64_PLT32, 1, -4}};
  object.sections = {code};
  object.symbols = {{"", 0, 0, STB_LOCAL, STT_SECTION, STV_DEFAULT, 1},
                    {called, 0, 0, STB_GLOBAL, STT_NOTYPE, STV_DEFAULT, 0}};
  return object;
}

/// That object, with a traced call in a section of its own.
elf::NewObject with_traced_call(elf::NewObject object) {
  elf::NewObject traced = object_with(".text", "__fentry__");
  object.sections.push_back(traced.sections.front());
  object.sections.back().relocations.front().symbol = 1;
  object.symbols.push_back({"start", 0, 0, STB_GLOBAL, STT_FUNC, STV_DEFAULT, 2});
  return object;
}

}  // namespace

TEST_CASE("a call gets a word and a relocation that leads to its first byte") {
  const std::string before = elf::write_object(object_with(".text", "__fentry__"));
  const auto record = record_mcount(before, "a.o", false);
  REQUIRE(record.object);
  const elf::Object object = elf::read_object(*record.object, "a.o");
  const elf::Section* table = object.find_section("__mcount_loc");
  const elf::Section* relocations = object.find_section(".rela__mcount_loc");
  REQUIRE(table);
  REQUIRE(relocations);
  CHECK(table->content == std::string(8, '\0'));
  const auto entries = elf::read_relocations(object, *relocations, "a.o");
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].offset == 0);
  CHECK(entries[0].type == R_X86_64_64);
  CHECK(entries[0].addend == 1);
  CHECK(record_mcount(*record.object, "a.o", false).has_table_already);
}

TEST_CASE("without a traced call an object stays as it is") {
  CHECK_FALSE(record_mcount(elf::write_object(object_with(".text", "other")), "a.o", true).object);
  CHECK_FALSE(
      record_mcount(elf::write_object(object_with(".other", "__fentry__")), "a.o", true).object);
}

TEST_CASE("calls in other code become nops") {
  const auto input = with_traced_call(object_with(".other", "__fentry__"));
  const auto record = record_mcount(elf::write_object(input), "a.o", true);
  REQUIRE(record.object);
  CHECK(record.ignored == std::vector<std::string>{".other"});
  const elf::Object object = elf::read_object(*record.object, "a.o");
  CHECK(object.find_section(".other")->content == std::string("\x90\x0f\x1f\x44\0\0\xc3", 7));
  CHECK(elf::read_relocations(object, *object.find_section(".rela.other"), "a.o")[0].type ==
        R_X86_64_NONE);
}

TEST_CASE("a call that lies outside its section is left alone") {
  for (const std::uint64_t offset : {0ULL, 5ULL, 7ULL, 1000ULL, ~0ULL}) {
    auto input = with_traced_call(object_with(".other", "__fentry__"));
    input.sections.front().relocations.front().offset = offset;
    const auto record = record_mcount(elf::write_object(input), "a.o", false);
    REQUIRE(record.object);
    const elf::Object object = elf::read_object(*record.object, "a.o");
    CHECK(object.find_section(".other")->content == input.sections.front().content);
  }
}

TEST_CASE("what cannot be done is refused") {
  auto weak = object_with(".text", "__fentry__");
  weak.symbols[0].binding = STB_WEAK;
  CHECK_THROWS_AS(record_mcount(elf::write_object(weak), "a.o", false), Error);
  auto unknown = object_with(".text", "__fentry__");
  unknown.machine = EM_VAX;
  CHECK_THROWS_AS(record_mcount(elf::write_object(unknown), "a.o", false), Error);
  CHECK_THROWS_AS(record_mcount("no object", "a.o", false), Error);
  std::string program = elf::write_object(object_with(".text", "__fentry__"));
  program[16] = ET_EXEC;
  CHECK_THROWS_AS(record_mcount(program, "a.o", false), Error);
}

TEST_CASE("an object cut anywhere, or with any byte changed, is refused or done") {
  const std::string whole =
      elf::write_object(with_traced_call(object_with(".other", "__fentry__")));
  const auto attempt = [](const std::string& content) {
    try {
      record_mcount(content, "a.o", true);
    } catch (const Error&) {
    }
  };
  for (size_t size = 0; size < whole.size(); ++size) attempt(whole.substr(0, size));
  for (size_t at = 0; at < whole.size(); ++at)
    for (const char value : {'\0', '\1', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[at] = value;
      attempt(changed);
    }
}
