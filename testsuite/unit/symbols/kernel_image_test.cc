#include "kbx/symbols/kernel_image.h"

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"

namespace {

using kbx::symbols::ExportLicense;
using kbx::symbols::KernelSymbols;

struct Part {
  std::string name;
  std::string content;
  std::uint64_t address = 0;
};

template <typename Structure>
void append(std::string& file, const Structure& structure) {
  file.append(reinterpret_cast<const char*>(&structure), sizeof structure);
}

std::string word(std::int64_t value, size_t size = 4) {
  std::string bytes(size, '\0');
  std::memcpy(bytes.data(), &value, size);
  return bytes;
}

/// A linked image of these sections, for x86-64.
std::string image_of(std::vector<Part> parts) {
  std::string names(1, '\0');
  parts.push_back({".shstrtab", "", 0});
  std::vector<Elf64_Shdr> headers(1);
  for (const Part& part : parts) {
    Elf64_Shdr header{};
    header.sh_name = static_cast<Elf64_Word>(names.size());
    header.sh_type = SHT_PROGBITS;
    header.sh_flags = part.address != 0 ? SHF_ALLOC : 0;
    header.sh_addr = part.address;
    headers.push_back(header);
    names += part.name + '\0';
  }
  parts.back().content = names;
  std::string body;
  for (size_t i = 0; i < parts.size(); ++i) {
    headers[i + 1].sh_offset = sizeof(Elf64_Ehdr) + body.size();
    headers[i + 1].sh_size = parts[i].content.size();
    body += parts[i].content;
  }
  Elf64_Ehdr start{};
  std::memcpy(start.e_ident, ELFMAG, SELFMAG);
  start.e_ident[EI_CLASS] = ELFCLASS64;
  start.e_ident[EI_DATA] = ELFDATA2LSB;
  start.e_type = ET_EXEC;
  start.e_machine = EM_X86_64;
  start.e_shoff = sizeof start + body.size();
  start.e_shentsize = sizeof(Elf64_Shdr);
  start.e_shnum = static_cast<Elf64_Half>(headers.size());
  start.e_shstrndx = static_cast<Elf64_Half>(headers.size() - 1);
  std::string file;
  append(file, start);
  file += body;
  for (const Elf64_Shdr& header : headers) append(file, header);
  return file;
}

constexpr std::uint64_t table = 0x1000;
constexpr std::uint64_t gpl_table = 0x2000;
constexpr std::uint64_t strings = 0x3000;
constexpr std::uint64_t crcs = 0x4000;
constexpr std::uint64_t gpl_crcs = 0x5000;

/// "_printk" at 0, "kernel_kobj" at 8, "DMA_BUF" at 20, then banner and vermagic.
std::string string_table() {
  std::string text = "_printk";
  text += '\0';
  text += "kernel_kobj";
  text += '\0';
  text += "DMA_BUF";
  text += '\0';
  text += "Linux version 6.1.0-test (someone) #1";
  text += '\0';
  text += "6.1.0-test SMP mod_unload modversions ";
  text += '\0';
  return text;
}

/// An entry of distances; `at` is its address.
std::string entry(std::uint64_t at, std::uint64_t name, std::uint64_t name_space) {
  const auto distance = [](std::uint64_t from, std::uint64_t to) {
    return to == 0 ? 0 : static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
  };
  return word(0x10) + word(distance(at + 4, name)) + word(distance(at + 8, name_space));
}

KernelSymbols read(const std::string& file) {
  KernelSymbols kernel;
  kbx::symbols::add_kernel_image(kernel, file, "vmlinux");
  return kernel;
}

}  // namespace

TEST_CASE("tables of distances") {
  const KernelSymbols kernel =
      read(image_of({{"__ksymtab", entry(table, strings, 0), table},
                     {"__ksymtab_gpl", entry(gpl_table, strings + 8, strings + 20), gpl_table},
                     {"__kcrctab", word(0x92997ed8), crcs},
                     {"__kcrctab_gpl", word(0x11), gpl_crcs},
                     {"__ksymtab_strings", string_table(), strings}}));
  REQUIRE(kernel.exports.size() == 2);
  CHECK(kernel.find("_printk")->crc == 0x92997ed8);
  CHECK(kernel.find("_printk")->license == ExportLicense::any);
  CHECK(kernel.find("_printk")->name_space == "");
  CHECK(kernel.find("kernel_kobj")->license == ExportLicense::gpl_only);
  CHECK(kernel.find("kernel_kobj")->name_space == "DMA_BUF");
  CHECK(kernel.release == "6.1.0-test");
  CHECK(kernel.vermagic == "6.1.0-test SMP mod_unload modversions ");
  REQUIRE(kernel.machine);
  CHECK(kernel.machine->number == EM_X86_64);
}

TEST_CASE("tables of addresses, flags, and distances to CRCs") {
  const std::string addresses = word(0x10, 8) + word(strings, 8) + word(0, 8) + word(0x10, 8) +
                                word(strings + 8, 8) + word(strings + 20, 8);
  constexpr std::uint64_t flags = 0x6000;
  constexpr std::uint64_t values = 0x7000;
  const KernelSymbols kernel =
      read(image_of({{"__ksymtab", addresses, table},
                     {"__kflagstab", std::string("\0\1", 2), flags},
                     {"__kcrctab", word(values - crcs) + word(values + 4 - (crcs + 4)), crcs},
                     {".rodata", word(0x21) + word(0x22), values},
                     {"__ksymtab_strings", string_table(), strings}}));
  REQUIRE(kernel.exports.size() == 2);
  CHECK(kernel.find("_printk")->crc == 0x21);
  CHECK(kernel.find("_printk")->license == ExportLicense::any);
  CHECK(kernel.find("kernel_kobj")->crc == 0x22);
  CHECK(kernel.find("kernel_kobj")->license == ExportLicense::gpl_only);
}

TEST_CASE("images that tell nothing") {
  CHECK_THROWS_AS(read(image_of({{".text", "x", 0x1000}})), kbx::Error);
  CHECK_THROWS_AS(read(image_of({{"__ksymtab", entry(table, 0x9000, 0), table}})), kbx::Error);
  CHECK_THROWS_AS(read("no image"), kbx::Error);
}
