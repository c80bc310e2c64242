#include "kbx/elf/object.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/base/process.h"

using namespace kbx;
using namespace kbx::elf;

namespace {

/// A file of one section ".text" and the symbol "f" in it, written field by field in either shape.
class Writer {
 public:
  Writer(bool wide, bool big) : wide_(wide), big_(big) {}

  std::string object() {
    const std::string names = std::string("\0.text\0.symtab\0.strtab\0", 23);
    const std::string strings = std::string("\0f\0", 3);
    const size_t header_size = wide_ ? 64 : 52;
    const std::string text = "code";
    std::string symbols;
    const size_t symbol_size = wide_ ? 24 : 16;
    symbols.append(symbol_size, '\0');
    add_symbol(symbols);
    const size_t text_at = header_size;
    const size_t symbols_at = text_at + text.size() + 4;
    const size_t names_at = symbols_at + symbols.size();
    const size_t strings_at = names_at + names.size();
    const size_t table_at = strings_at + strings.size() + 6;

    std::string file = std::string(
        "\x7f"
        "ELF",
        4);
    file += static_cast<char>(wide_ ? ELFCLASS64 : ELFCLASS32);
    file += static_cast<char>(big_ ? ELFDATA2MSB : ELFDATA2LSB);
    file += '\1';
    file.append(9, '\0');
    number(file, ET_REL, 2);
    number(file, EM_PPC64, 2);
    number(file, 1, 4);
    address(file, 0);
    address(file, 0);
    address(file, table_at);
    number(file, 0x12345678, 4);
    number(file, header_size, 2);
    number(file, 0, 2);
    number(file, 0, 2);
    number(file, wide_ ? 64 : 40, 2);
    number(file, 5, 2);
    number(file, 3, 2);
    file += text;
    file.resize(symbols_at);
    file += symbols + names + strings;
    file.resize(table_at);
    add_section(file, 0, 0, 0, 0, 0, 0);
    add_section(file, 1, SHT_PROGBITS, text_at, text.size(), 0, 0);
    add_section(file, 7, SHT_SYMTAB, symbols_at, symbols.size(), 4, symbol_size);
    add_section(file, 15, SHT_STRTAB, names_at, names.size(), 0, 0);
    add_section(file, 15, SHT_STRTAB, strings_at, strings.size(), 0, 0);
    return file;
  }

 private:
  void number(std::string& to, std::uint64_t value, size_t size) const {
    for (size_t i = 0; i < size; ++i)
      to += static_cast<char>(value >> 8 * (big_ ? size - 1 - i : i) & 0xff);
  }
  void address(std::string& to, std::uint64_t value) const { number(to, value, wide_ ? 8 : 4); }

  void add_symbol(std::string& to) const {
    number(to, 1, 4);
    if (!wide_) {
      number(to, 0x10, 4);
      number(to, 3, 4);
    }
    to += static_cast<char>(STB_GLOBAL << 4 | STT_FUNC);
    to += static_cast<char>(STV_HIDDEN);
    number(to, 1, 2);
    if (wide_) {
      number(to, 0x10, 8);
      number(to, 3, 8);
    }
  }

  void add_section(std::string& to, std::uint64_t name, std::uint64_t type, std::uint64_t offset,
                   std::uint64_t size, std::uint64_t link, std::uint64_t entry_size) const {
    number(to, name, 4);
    number(to, type, 4);
    address(to, SHF_ALLOC);
    address(to, 0);
    address(to, offset);
    address(to, size);
    number(to, link, 4);
    number(to, 0, 4);
    address(to, 4);
    address(to, entry_size);
  }

  bool wide_;
  bool big_;
};

}  // namespace

TEST_CASE("both classes and both byte orders are read") {
  for (const bool wide : {false, true})
    for (const bool big : {false, true}) {
      CAPTURE(wide);
      CAPTURE(big);
      const std::string file = Writer(wide, big).object();
      const Object object = read_object(file, "a.o");
      CHECK(object.is_64bit == wide);
      CHECK(object.is_big_endian == big);
      CHECK(object.type == ET_REL);
      CHECK(object.machine == EM_PPC64);
      CHECK(object.flags == 0x12345678);
      REQUIRE(object.sections.size() == 5);
      const Section* text = object.find_section(".text");
      REQUIRE(text);
      CHECK(text->content == "code");
      CHECK(text->flags == SHF_ALLOC);
      CHECK(text->alignment == 4);
      REQUIRE(object.symbols.size() == 1);
      const Symbol& f = object.symbols[0];
      CHECK(f.name == "f");
      CHECK(f.value == 0x10);
      CHECK(f.size == 3);
      CHECK(f.binding == STB_GLOBAL);
      CHECK(f.type == STT_FUNC);
      CHECK(f.visibility == STV_HIDDEN);
      CHECK(f.section == 1);
    }
}

TEST_CASE("a file that is cut short anywhere gives an error or an object, never more") {
  for (const bool wide : {false, true}) {
    const std::string file = Writer(wide, false).object();
    for (size_t length = 0; length < file.size(); ++length) {
      const std::string cut = file.substr(0, length);
      CHECK_THROWS_AS(read_object(cut, "a.o"), Error);
    }
  }
}

TEST_CASE("a file with any bytes changed gives an error or an object, never more") {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string file = Writer(round % 2 == 0, round % 4 < 2).object();
    for (int i = 0; i < 3; ++i) file[random() % file.size()] = static_cast<char>(random());
    try {
      const Object object = read_object(file, "a.o");
      size_t total = 0;
      for (const Symbol& symbol : object.symbols) total += symbol.name.size();
      for (const Section& section : object.sections) total += section.content.size();
      CHECK(total < 100 * file.size());
    } catch (const Error&) {
    }
  }
}

TEST_CASE("more sections than fit into 16 bits are read") {
  std::string source;
  for (int i = 0; i < 66000; ++i) source += ".section s" + std::to_string(i) + ",\"a\"\n";
  source += ".globl last\nlast: .long 1\n";
  const std::string folder = make_temporary_folder("/tmp", "kbx-elf-test-");
  Command command;
  command.arguments = {"gcc", "-x", "assembler", "-c", "-o", folder + "/a.o", "-"};
  command.input = source;
  REQUIRE(run(command).status == 0);
  const std::string file = read_file(folder + "/a.o");
  const Object object = read_object(file, "a.o");
  CHECK(object.sections.size() > 66000);
  const auto last = std::find_if(object.symbols.begin(), object.symbols.end(),
                                 [](const Symbol& symbol) { return symbol.name == "last"; });
  REQUIRE(last != object.symbols.end());
  CHECK(object.sections[last->section].name == "s65999");
  CHECK_FALSE(last->reserved_section);
  remove_tree(folder);
}
