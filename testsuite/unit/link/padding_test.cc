#include "kbx/link/relocate/padding.h"

#include <string>
#include <vector>

#include "relocated_code.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/link/resolve/symbol_table.h"

using kbx::link::InputFile;
using kbx::link::InputSection;
using kbx::link::Machine;
using kbx::link::Symbol;

namespace {

const Machine& riscv() {
  return *kbx::link::find_machine(EM_RISCV, true, false);
}

std::string table(const std::vector<Elf64_Rela>& entries) {
  return {reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Elf64_Rela)};
}

std::vector<Elf64_Rela> entries(std::string_view table) {
  std::vector<Elf64_Rela> result(table.size() / sizeof(Elf64_Rela));
  table.copy(reinterpret_cast<char*>(result.data()), table.size());
  return result;
}

constexpr Elf64_Xword type(std::uint32_t number) {
  return ELF64_R_INFO(Elf64_Xword{1}, number);
}

/// An object with one section of code, a local symbol and a global one.
struct Object {
  explicit Object(std::string_view code, const std::vector<Elf64_Rela>& relocations)
      : content(bytes_of(code)), rela(table(relocations)) {
    section.file = &file;
    section.index = 1;
    section.name = ".text";
    section.traits = kbx::link::trait_alloc | kbx::link::trait_code;
    section.content = content;
    section.size = content.size();
    section.rela.content = rela;
    file.path = "a.o";
    file.is_64bit = true;
    file.sections = {&section};
    file.by_index = {nullptr, &section};
    file.symbols.resize(3);
    file.symbols[1].section = 1;
    file.first_global = 2;
    file.globals = {&global};
    global.binding = kbx::link::Binding::defined;
    global.section = &section;
  }

  void drop() { kbx::link::drop_padding({&file}, riscv(), arena); }

  std::string content;
  std::string rela;
  InputFile file;
  InputSection section;
  Symbol global;
  kbx::Arena arena;
};

}  // namespace

TEST_CASE("padding: what an alignment does not take goes, with all that is behind it") {
  // c.nop; .balign 8; addi a0, a0, 1; .balign 4; addi a1, a1, 2
  Object object("01 00 01 00 13 00 00 00 13 05 15 00 01 00 93 85 25 00",
                {{2, type(R_RISCV_ALIGN), 6},
                 {8, type(R_RISCV_RELAX), 0},
                 {12, type(R_RISCV_ALIGN), 2},
                 {14, type(R_RISCV_JAL), 5}});
  object.file.symbols[1].value = 8;
  object.file.symbols[1].size = 10;
  object.global.value = 14;
  object.drop();
  CHECK(hexadecimal_of(object.section.content) ==
        "01 00 01 00 13 00 00 00 13 05 15 00 93 85 25 00");
  CHECK(object.section.size == 16);
  CHECK(object.file.symbols[1].value == 8);
  CHECK(object.file.symbols[1].size == 8);
  CHECK(object.global.value == 12);
  const auto left = entries(object.section.rela.content);
  CHECK(left[0].r_info == 0);
  CHECK(left[2].r_info == 0);
  CHECK(left[3].r_info == type(R_RISCV_JAL));
  CHECK(left[3].r_offset == 12);
  CHECK(left[3].r_addend == 5);
}

TEST_CASE("padding: the next alignment counts from where the code is then") {
  // .balign 4 that takes nothing; addi; .balign 8 that takes 4 of 6 bytes
  Object object("01 00 13 05 15 00 01 00 13 00 00 00 13 05 15 00",
                {{0, type(R_RISCV_ALIGN), 2}, {6, type(R_RISCV_ALIGN), 6}});
  object.drop();
  CHECK(hexadecimal_of(object.section.content) == "13 05 15 00 13 00 00 00 13 05 15 00");
}

TEST_CASE("padding: code without any stays where it is") {
  Object object("13 05 15 00", {{0, type(R_RISCV_RELAX), 0}});
  const char* const before = object.section.content.data();
  object.drop();
  CHECK(object.section.content.data() == before);
}

TEST_CASE("padding: what an object cannot have is refused") {
  CHECK_THROWS_AS(Object("01 00", {{0, type(R_RISCV_ALIGN), 4}}).drop(), kbx::Error);
  CHECK_THROWS_AS(Object("01 00", {{4, type(R_RISCV_ALIGN), 0}}).drop(), kbx::Error);
  CHECK_THROWS_AS(Object("01 00", {{0, type(R_RISCV_ALIGN), -2}}).drop(), kbx::Error);
  CHECK_THROWS_AS(
      Object("01 00 01 00 01 00 01 00", {{0, type(R_RISCV_ALIGN), 6}, {4, type(R_RISCV_ALIGN), 2}})
          .drop(),
      kbx::Error);
  // One byte cannot be aligned to 8 by 5 bytes.
  CHECK_THROWS_AS(Object("01 00 01 00 01 00 01", {{1, type(R_RISCV_ALIGN), 5}}).drop(), kbx::Error);
}
