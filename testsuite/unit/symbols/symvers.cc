#include "kbx/symbols/symvers.h"

#include <vector>

#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/symbols/export_table.h"
#include "kbx/symbols/kernel_symbols.h"

using namespace kbx;
using namespace kbx::symbols;

namespace {

std::vector<SymversRow> rows_of(std::string_view text) {
  std::vector<SymversRow> rows;
  read_symvers(text, "Module.symvers", [&](const SymversRow& row) { rows.push_back(row); });
  return rows;
}

}  // namespace

TEST_CASE("rows with five and with four columns, with and without CR") {
  const auto rows = rows_of(
      "0xaa8743f1\tkbx_one\tvmlinux\tEXPORT_SYMBOL_GPL\tKBX\n"
      "0x00000000\tkbx_two\tdrivers/x\tEXPORT_SYMBOL\t\r\n"
      "0x1\tkbx_three\tx\tEXPORT_SYMBOL");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].crc == 0xaa8743f1);
  CHECK(rows[0].symbol == "kbx_one");
  CHECK(rows[0].name_space == "KBX");
  CHECK(rows[1].module == "drivers/x");
  CHECK(rows[1].name_space.empty());
  CHECK(rows[2].license == "EXPORT_SYMBOL");
}

TEST_CASE("a broken row is told with its line") {
  for (const char* row :
       {"0x1\ta\tb\n", "\n", "xyz\ta\tb\tEXPORT_SYMBOL\t\n", "0x1\t\tb\tEXPORT_SYMBOL\t\n",
        "0x1 a b EXPORT_SYMBOL\n", "0x1\ta", "\x1b[31m\ta\tb\tEXPORT_SYMBOL\t\n",
        "0x123456789\ta\tb\tEXPORT_SYMBOL\t\n"}) {
    try {
      rows_of(std::string("0x1\ta\tb\tEXPORT_SYMBOL\t\n") + row);
      FAIL("no error for " << row);
    } catch (const Error& error) {
      CHECK(error.location().line == 2);
      CHECK(!error.hint().empty());
    }
  }
}

TEST_CASE("a row is written as it was read") {
  const std::string text = "0x0000beef\tkbx_one\tvmlinux\tEXPORT_SYMBOL_GPL\tKBX\n";
  std::string written;
  append_symvers_row(written, rows_of(text).front());
  CHECK(written == text);
}

TEST_CASE("a NUL byte is no part of a name") {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {"0x1\ta\0b\tvmlinux\tEXPORT_SYMBOL\t\n"sv, "\0\0\0\0"sv, "0\0x\0001\0"sv}) {
    CHECK_THROWS_WITH_AS(rows_of(text),
                         "a NUL byte in a row of exported symbols; text was expected", Error);
  }
}

TEST_CASE("a value in a message is short and shows control characters") {
  CHECK(shown_value("EXPORT_SYMBOL") == "EXPORT_SYMBOL");
  CHECK(shown_value(std::string(41, 'x')) == std::string(40, 'x') + "…");
  CHECK(shown_value("\x1b[1m\r") == "\\x1b[1m\\x0d");
  CHECK_THROWS_WITH_AS(
      rows_of(std::string(1 << 20, 'z') + "\ta\tb\tc\t\n"),
      ("\"" + std::string(40, 'z') + "…\" is not a CRC, 0x and eight digits").c_str(), Error);
}

TEST_CASE("what is wrong with many rows is told with lines, and not for each") {
  const Dialect dialect;
  for (const std::string_view license : {"EXPORT_SYMBOL", "EXPORT_NOTHING"}) {
    std::string text = "0x1\tkbx\tvmlinux\tEXPORT_SYMBOL\t\n";
    for (int i = 0; i < 100; ++i) text += "0x1\tkbx\tvmlinux\t" + std::string(license) + "\t\n";
    ExportTable table(dialect, true);
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    table.read(text, "Module.symvers", errors, warnings);
    CHECK(warnings.empty());
    REQUIRE(errors.size() == most_symvers_faults + 1);
    CHECK(errors.front().starts_with("Module.symvers:2: "));
    CHECK(errors.back() == "Module.symvers: 90 more rows like these are not shown");
  }
}

TEST_CASE("a kernel's list may say a thing twice, but not two things") {
  const std::string row = "0x1\tkbx\tvmlinux\tEXPORT_SYMBOL\t\n";
  KernelSymbols kernel;
  add_symvers(kernel, row + row, "Module.symvers");
  CHECK(kernel.exports.size() == 1);
  // Another source may know better.
  add_symvers(kernel, "0x2\tkbx\tvmlinux\tEXPORT_SYMBOL\t\n", "Module.symvers");
  CHECK(kernel.find("kbx")->crc == 2);
  try {
    add_symvers(kernel, row + "0x2\tkbx\tdrivers/x\tEXPORT_SYMBOL_GPL\tNS\n", "Module.symvers");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.location().to_string() == "Module.symvers:2");
    CHECK(std::string(error.what()) ==
          "kbx is exported twice, and not alike: CRC 0x00000002 in drivers/x, for GPL-compatible "
          "modules only, namespace NS here, CRC 0x00000001 in vmlinux above");
  }
}

TEST_CASE("the licence of an unknown macro is not known") {
  KernelSymbols kernel;
  add_symvers(kernel, "0x1\ta\tvmlinux\tEXPORT_NOTHING\t\n0x1\tb\tvmlinux\tEXPORT_SYMBOL\t\n",
              "Module.symvers");
  CHECK(kernel.find("a")->license == ExportLicense::unknown);
  CHECK(kernel.find("b")->license == ExportLicense::any);
}
