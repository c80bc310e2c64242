#include "kbx/symbols/abidw.h"

#include <charconv>
#include <cstring>

#include <pugixml.hpp>

#include "kbx/base/error.h"
#include "kbx/base/path.h"

/// ABIXML, as far as symbols are concerned (libabigail, src/abg-writer.cc):
///
///   <abi-corpus-group>                       more than one binary
///     <abi-corpus path='vmlinux'>
///       <elf-function-symbols>
///         <elf-symbol name='…' is-defined='yes' crc='0x…' namespace='…'/>
///       <elf-variable-symbols>
///
/// Older files have the CRC in decimal. Everything else in such a file describes types.
namespace kbx::symbols {
namespace {

std::optional<std::uint32_t> parse_crc(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || fault != std::errc() || stop != end || value > 0xffffffff)
    return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<Machine> machine_of(std::string_view architecture) {
  struct Row {
    std::string_view name;
    Machine machine;
  };
  // What e_machine_to_string of libabigail's ELF reader calls them.
  static constexpr Row rows[] = {{"elf-arm-aarch64", {183, true, false}},
                                 {"elf-amd-x86_64", {62, true, false}},
                                 {"elf-intel-80386", {3, false, false}},
                                 {"elf-arm", {40, false, false}}};
  for (const Row& row : rows)
    if (row.name == architecture) return row.machine;
  return std::nullopt;
}

void add_symbol(KernelSymbols& kernel, const pugi::xml_node& symbol, const std::string& owner,
                const std::string& path) {
  const std::string name = symbol.attribute("name").value();
  if (name.empty()) return;
  if (std::strcmp(symbol.attribute("is-defined").as_string("yes"), "yes") != 0) return;
  KernelExport entry;
  entry.owner = owner;
  if (const auto crc = symbol.attribute("crc")) {
    entry.crc = parse_crc(crc.value());
    if (!entry.crc)
      throw Error({path, 0}, "the symbol " + name + " has the CRC \"" + crc.value() + "\"",
                  "expected a number of 32 bits, 0x and hexadecimal digits");
  }
  if (const auto name_space = symbol.attribute("namespace")) entry.name_space = name_space.value();
  kernel.exports.insert_or_assign(name, std::move(entry));
}

void add_corpus(KernelSymbols& kernel, const pugi::xml_node& corpus, const std::string& path) {
  const std::string binary = base_name(corpus.attribute("path").as_string("vmlinux"));
  const std::string owner = binary.find(".ko") == std::string::npos ? "vmlinux" : binary;
  if (!kernel.machine) kernel.machine = machine_of(corpus.attribute("architecture").value());
  for (const char* list : {"elf-function-symbols", "elf-variable-symbols"})
    for (const pugi::xml_node& symbols : corpus.children(list))
      for (const pugi::xml_node& symbol : symbols.children("elf-symbol"))
        add_symbol(kernel, symbol, owner, path);
}

}  // namespace

void add_abidw(KernelSymbols& kernel, std::string_view text, const std::string& path) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(text.data(), text.size(), pugi::parse_default);
  if (!parsed)
    throw Error({path, 0},
                std::string("this is no sound XML: ") + parsed.description() + " at byte " +
                    std::to_string(parsed.offset),
                "give a file that abidw wrote");
  const pugi::xml_node root = document.document_element();
  const size_t before = kernel.exports.size();
  const std::string kind = root.name();
  if (kind == "abi-corpus") add_corpus(kernel, root, path);
  if (kind == "abi-corpus-group")
    for (const pugi::xml_node& corpus : root.children("abi-corpus"))
      add_corpus(kernel, corpus, path);
  if (kernel.exports.size() == before)
    throw Error({path, 0},
                "found <" + kind +
                    "> without symbols, expected libabigail's <abi-corpus> with "
                    "elf-symbol elements",
                "give a file that abidw wrote; Android's newer .stg files are another format");
}

}  // namespace kbx::symbols
