#include "kbx/symbols/symvers.h"

#include <vector>

#include <doctest/doctest.h>

#include "kbx/base/error.h"

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
  for (const char* row : {"0x1\ta\tb\n", "\n", "xyz\ta\tb\tEXPORT_SYMBOL\t\n",
                          "0x1\t\tb\tEXPORT_SYMBOL\t\n", "0x123456789\ta\tb\tEXPORT_SYMBOL\t\n"}) {
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
