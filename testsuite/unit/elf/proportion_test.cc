// Files that make much of little: every offset lies within the file, but so many things lie over
// one another that reading each would take time and memory out of proportion.
#include <cstddef>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"
#include "kbx/elf/writer.h"

using namespace kbx;
using namespace kbx::elf;

namespace {

constexpr size_t count = 3000;
constexpr size_t header_size = sizeof(Elf64_Ehdr);
constexpr size_t section_size = sizeof(Elf64_Shdr);
constexpr size_t offset_at = 24;
constexpr size_t size_at = 32;

std::uint64_t load(const std::string& file, size_t at) {
  return read_number(std::string_view(file).substr(at, 8), false);
}

void store(std::string& file, size_t at, std::uint64_t value, size_t width = 8) {
  std::string bytes;
  append_number(bytes, value, width, false);
  file.replace(at, width, bytes);
}

NewObject many_sections() {
  NewObject object;
  object.is_64bit = true;
  object.machine = EM_X86_64;
  for (size_t i = 0; i < count; ++i) {
    NewSection section;
    section.name = ".s" + std::to_string(i);
    section.type = SHT_PROGBITS;
    section.content = "content";
    object.sections.push_back(section);
  }
  return object;
}

NewObject many_symbols(const std::string& start) {
  NewObject object = many_sections();
  for (size_t i = 0; i < count; ++i) {
    NewSymbol symbol;
    symbol.name = start + std::to_string(i);
    symbol.binding = STB_GLOBAL;
    object.symbols.push_back(symbol);
  }
  return object;
}

const Section& section_of_type(const Object& object, std::uint32_t type) {
  for (const Section& section : object.sections)
    if (section.type == type) return section;
  throw Error("no such section");
}

}  // namespace

TEST_CASE("sections that all hold the whole file") {
  std::string file = write_object(many_sections());
  CHECK(read_object(file, "a.o").sections.size() > count);
  const size_t table = load(file, offsetof(Elf64_Ehdr, e_shoff));
  const size_t size = file.size();
  // One more than it should be may be an accident.
  store(file, table + section_size + offset_at, 0);
  store(file, table + section_size + size_at, size);
  CHECK(read_object(file, "a.o").sections[1].content.size() == size);
  for (size_t i = 1; i <= count; ++i) {
    store(file, table + i * section_size + offset_at, header_size);
    store(file, table + i * section_size + size_at, size - header_size);
  }
  CHECK_THROWS_WITH_AS(read_object(file, "a.o"), "broken ELF file: sections lie over one another",
                       Error);
}

TEST_CASE("symbols that all have the whole string table for a name") {
  std::string file = write_object(many_symbols("kbx_"));
  const Object object = read_object(file, "a.o");
  CHECK(object.symbols.size() >= count);
  const Section& symbols = section_of_type(object, SHT_SYMTAB);
  const Section& names = object.sections[symbols.link];
  const auto place_of = [&](const Section& section) {
    return static_cast<size_t>(section.content.data() - file.data());
  };
  const size_t first = place_of(symbols);
  const size_t entries = symbols.content.size() / sizeof(Elf64_Sym);
  const size_t names_at = place_of(names);
  const size_t names_size = names.content.size();
  constexpr size_t longest = 4096;
  REQUIRE(names_size > longest + 2);
  file.replace(names_at + 1, longest, std::string(longest, 'x'));
  file[names_at + 1 + longest] = '\0';
  for (size_t i = 1; i < entries; ++i) store(file, first + i * sizeof(Elf64_Sym), 1, 4);
  CHECK_THROWS_WITH_AS(read_object(file, "a.o"), "broken ELF file: names lie over one another",
                       Error);
}

TEST_CASE("a name without an end in sight") {
  CHECK_THROWS_WITH_AS(read_object(write_object(many_symbols(std::string(4096, 'x'))), "a.o"),
                       "broken ELF file: a symbol's name has more than 4096 bytes", Error);
}

TEST_CASE("long names that end alike are no fault") {
  const std::string file = write_object(many_symbols(std::string(500, 'x')));
  CHECK(read_object(file, "a.o").symbols.size() >= count);
}
