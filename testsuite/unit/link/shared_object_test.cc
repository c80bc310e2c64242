#include "kbx/link/input/shared_object.h"

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::link;

namespace {

/// A shared object of 64 bits, little endian: one section behind the other, headers at the end.
class Builder {
 public:
  Builder() { bytes_.resize(sizeof(Elf64_Ehdr)); }

  template <typename Structure>
  static std::string raw(const std::vector<Structure>& all) {
    return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(Structure)};
  }

  std::uint32_t add(std::uint32_t type, const std::string& content, std::uint32_t link = 0,
                    std::uint32_t info = 0) {
    Elf64_Shdr header{};
    header.sh_type = type;
    header.sh_flags = SHF_ALLOC;
    header.sh_offset = bytes_.size();
    header.sh_addr = bytes_.size();
    header.sh_size = content.size();
    header.sh_link = link;
    header.sh_info = info;
    headers_.push_back(header);
    bytes_ += content;
    return static_cast<std::uint32_t>(headers_.size() - 1);
  }

  Elf64_Shdr& header(std::uint32_t index) { return headers_[index]; }

  std::string finish() {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_shoff = bytes_.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<std::uint16_t>(headers_.size());
    std::string all = bytes_ + raw(headers_);
    std::memcpy(all.data(), &header, sizeof header);
    return all;
  }

 private:
  std::string bytes_;
  std::vector<Elf64_Shdr> headers_ = {Elf64_Shdr{}};
};

// At 1 foo, 5 libfoo.so, 15 libc.so, 23 V1, 26 V2, 29 /run.
const std::string strings = std::string("\0foo\0libfoo.so\0libc.so\0V1\0V2\0/run", 33) + '\0';

Elf64_Sym symbol(std::uint32_t name, std::uint16_t section) {
  Elf64_Sym result{};
  result.st_name = name;
  result.st_info = STB_GLOBAL << 4 | STT_FUNC;
  result.st_shndx = section;
  return result;
}

struct Parts {
  std::uint32_t symbols = 0, versions = 0, definitions = 0;
};

std::string library(Builder& builder, Parts& parts) {
  const std::uint32_t names = builder.add(SHT_STRTAB, strings);
  parts.symbols = builder.add(
      SHT_DYNSYM, Builder::raw(std::vector<Elf64_Sym>{{}, symbol(1, 1), symbol(1, 1)}), names, 1);
  builder.add(SHT_DYNAMIC,
              Builder::raw(std::vector<Elf64_Dyn>{{DT_NEEDED, {15}},
                                                  {DT_SONAME, {5}},
                                                  {DT_RUNPATH, {29}},
                                                  {DT_NULL, {0}},
                                                  {DT_NEEDED, {1}}}),
              names);
  parts.versions = builder.add(
      SHT_GNU_versym, Builder::raw(std::vector<std::uint16_t>{0, 2, 0x8003}), parts.symbols);
  struct Definition {
    Elf64_Verdef definition;
    Elf64_Verdaux name;
  };
  const auto define = [](std::uint16_t index, std::uint32_t name, bool is_last) {
    return Definition{
        {1, 0, index, 1, 0, sizeof(Elf64_Verdef), is_last ? 0u : std::uint32_t{sizeof(Definition)}},
        {name, 0}};
  };
  parts.definitions =
      builder.add(SHT_GNU_verdef,
                  Builder::raw(std::vector<Definition>{define(1, 5, false), define(2, 23, false),
                                                       define(3, 26, true)}),
                  names, 3);
  return builder.finish();
}

std::string error_of(const std::string& content) {
  Arena arena;
  SharedObject shared;
  InputFile file;
  try {
    read_shared_object(content, "lib.so", "lib.so", arena, shared, file);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

}  // namespace

TEST_CASE("a shared object is read") {
  Builder builder;
  Parts parts;
  const std::string content = library(builder, parts);
  REQUIRE(is_shared_object(content));
  CHECK(elf_format(content) == MachineFormat{EM_X86_64, true, false});
  Arena arena;
  SharedObject shared;
  InputFile file;
  read_shared_object(content, "dir/lib.so", "lib.so", arena, shared, file);
  CHECK(shared.soname == "libfoo.so");
  REQUIRE(shared.needed.size() == 1);
  CHECK(shared.needed[0] == "libc.so");
  CHECK(shared.runpath == "/run");
  REQUIRE(file.symbols.size() == 3);
  CHECK(file.symbols[1].name == "foo");
  CHECK(file.globals.size() == 2);
  REQUIRE(shared.versions.size() == 4);
  CHECK(shared.versions[2].name == "V1");
  CHECK(shared.versions[3].name == "V2");
  CHECK(shared.symbol_versions == std::vector<std::uint16_t>{0, 2, 0x8003});
  CHECK(file.section_at(1)->file == &file);
}

TEST_CASE("no shared object is believed that reaches beyond its end") {
  Builder whole;
  Parts parts;
  const std::string content = library(whole, parts);
  for (std::size_t size = sizeof(Elf64_Ehdr); size < content.size(); size += 7)
    CHECK(error_of(content.substr(0, size)) != "read");
  SUBCASE("a symbol's name") {
    Builder builder;
    builder.add(SHT_STRTAB, strings);
    builder.add(SHT_DYNSYM, Builder::raw(std::vector<Elf64_Sym>{{}, symbol(900, 1)}), 1, 1);
    CHECK(error_of(builder.finish()).find("string table") != std::string::npos);
  }
  SUBCASE("a string table that is none") {
    Builder builder;
    builder.add(SHT_DYNSYM, Builder::raw(std::vector<Elf64_Sym>{{}, symbol(1, 1)}), 1, 1);
    CHECK(error_of(builder.finish()).find("has no string table") != std::string::npos);
  }
  SUBCASE("a version that is not defined") {
    Builder builder;
    Parts own;
    std::string changed = library(builder, own);
    const std::uint16_t number = 9;
    std::memcpy(changed.data() + builder.header(own.versions).sh_offset + 2, &number, 2);
    CHECK(error_of(changed).find("has version 9 of 4") != std::string::npos);
  }
  SUBCASE("a chain of versions that leads out") {
    Builder builder;
    Parts own;
    std::string changed = library(builder, own);
    const std::uint32_t next = 0xfffffff0;
    std::memcpy(changed.data() + builder.header(own.definitions).sh_offset +
                    offsetof(Elf64_Verdef, vd_next),
                &next, 4);
    CHECK(error_of(changed).find("version definition 1") != std::string::npos);
  }
}
