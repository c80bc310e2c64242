#include "kbx/symbols/module_object.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <elf.h>

#include "kbx/base/error.h"
#include "kbx/elf/writer.h"
#include "kbx/symbols/export_table.h"
#include "kbx/symbols/mod_c.h"

using namespace kbx::symbols;

TEST_CASE("a compiler's numbered suffix is no part of a name") {
  CHECK(plain_name("kbx_one.0") == "kbx_one");
  CHECK(plain_name("kbx_one.17.part") == "kbx_one");
  CHECK(plain_name("kbx_one.part.17") == "kbx_one.part.17");
  CHECK(plain_name("kbx_one.") == "kbx_one.");
  CHECK(plain_name(".one.1") == ".one.1");
  CHECK(plain_name("") == "");
}

TEST_CASE("what is no object is refused") {
  const Dialect dialect;
  for (const char* content : {"",
                              "\x7f"
                              "ELF",
                              "not an object at all, but long enough"})
    CHECK_THROWS_AS(read_module_object(content, "a.o", dialect), kbx::Error);
}

TEST_CASE("older trees list exports in the order of a hash table, newer in order") {
  for (const bool is_new : {false, true}) {
    Dialect dialect;
    dialect.crcs_in_cmd_files = is_new;
    ExportTable table(dialect, true);
    const Provider& provider = table.add_provider("kbx", false);
    const Provider* clash = nullptr;
    for (const char* name : {"one_data", "one_function", "second", "kbx_a", "kbx_b"})
      table.add(name, provider, plain_export, clash);
    CHECK(!clash);
    std::string order;
    for (const ExportedSymbol* symbol : table.in_file_order()) order += symbol->name.substr(0, 5);
    // The last two share a chain.
    CHECK(order == (is_new ? "one_done_fseconkbx_akbx_b" : "one_fone_dseconkbx_bkbx_a"));
  }
}

TEST_CASE("who exports what another exports") {
  const Dialect dialect;
  ExportTable table(dialect, true);
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  table.read("0x1\tone\tvmlinux\tEXPORT_SYMBOL\t\n0x2\ttwo\tother\tEXPORT_SYMBOL\t\n", "a", errors,
             warnings);
  table.read("0x3\ttwo\tanother\tEXPORT_SYMBOL\t\n", "b", errors, warnings);
  CHECK(errors.empty());
  CHECK(table.find("two")->crc == 3);
  CHECK(table.find(".two") == table.find("two"));
  CHECK(!table.find("three"));
  table.read("0x4\tone\tmine\tEXPORT_SYMBOL\t\n", "c", errors, warnings);
  CHECK(errors.size() == 1);
}

TEST_CASE("what a name that nobody exports may have been meant to be") {
  const Dialect dialect;
  ExportTable table(dialect, true);
  const Provider& provider = table.add_provider("vmlinux", true);
  const Provider* clash = nullptr;
  for (const char* name : {"strscpy", "strscpz", "kfree", "kfree_skb", "abc", "class_create"})
    table.add(name, provider, plain_export, clash);
  const auto similar = [&](std::string_view name) {
    const ExportedSymbol* const found = table.find_similar(name);
    return found ? found->name : std::string_view();
  };
  CHECK(similar("strlcpy") == "strscpy");
  CHECK(similar("strscpzz") == "strscpz");
  CHECK(similar("kfreee") == "kfree");
  CHECK(similar("kfreeee").empty());  // short, and two away
  CHECK(similar("kfree_skbxx") == "kfree_skb");
  CHECK(similar("kfree_skbxxx").empty());
  CHECK(similar("abd").empty());
  CHECK(similar("kfree").empty());
}

TEST_CASE("how a tree wants a namespace written is read off its header") {
  const kbx::test::TemporaryFolder tree;
  const auto is_quoted = [&](const std::string& definition) {
    tree.file("include/linux/module.h", definition);
    return probe_dialect(tree.path(), tree.path()).quoted_namespaces;
  };
  CHECK(is_quoted("#define MODULE_IMPORT_NS(ns)\tMODULE_INFO(import_ns, ns)\n#define X #ns\n"));
  CHECK(!is_quoted("#define MODULE_IMPORT_NS(ns)\tMODULE_INFO(import_ns, __stringify(ns))\n"));
  CHECK(!is_quoted("#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, #ns)\n"));
}

TEST_CASE("CRCs of older trees are padded with spaces") {
  Dialect dialect;
  dialect.basic_by_option = false;
  ModC module;
  module.versions = {{{"a", 0}, {"b", 0xd1b7a72}}};
  const std::string text = mod_c_text(module, dialect);
  CHECK(text.find("\t{        0, \"a\" },\n\t{ 0xd1b7a72, \"b\" },\n") != std::string::npos);
}

TEST_CASE("device tables that cost nothing in the file are bounded") {
  for (const bool has_content : {false, true}) {
    for (const std::uint64_t size : {std::uint64_t{64}, std::uint64_t{1} << 20}) {
      kbx::elf::NewObject object;
      object.is_64bit = true;
      object.machine = EM_X86_64;
      kbx::elf::NewSection section;
      section.name = has_content ? ".rodata" : ".bss";
      section.type = has_content ? SHT_PROGBITS : SHT_NOBITS;
      section.flags = SHF_ALLOC;
      section.size = has_content ? 0 : size;
      section.content = std::string(has_content ? size : 0, '\0');
      object.sections.push_back(section);
      constexpr int tables = 100;
      for (int i = 0; i < tables; ++i) {
        kbx::elf::NewSymbol symbol;
        symbol.name = "__mod_device_table__of__t" + std::to_string(i);
        symbol.type = STT_OBJECT;
        symbol.size = size;
        symbol.section = 1;
        object.symbols.push_back(symbol);
      }
      const std::string content = kbx::elf::write_object(object);
      const Dialect dialect;
      if (size == 64)
        CHECK(read_module_object(content, "a.o", dialect).tables.size() == tables);
      else
        CHECK_THROWS_WITH_AS(read_module_object(content, "a.o", dialect),
                             "broken ELF file: with \"__mod_device_table__of__t4\" the device "
                             "tables have more than 4 MiB",
                             kbx::Error);
    }
  }
}
