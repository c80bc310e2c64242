#include "kbx/link/resolve/symbol_table.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using kbx::link::SymbolTable;

namespace {

std::vector<std::string> order(const SymbolTable& table) {
  std::vector<std::string> names;
  table.for_each([&](const kbx::link::Symbol& symbol) { names.emplace_back(symbol.name); });
  return names;
}

}  // namespace

// What is expected here is what nm -p shows of the output of GNU ld 2.40's -r.

TEST_CASE("global symbols are in the order of GNU ld") {
  kbx::Arena arena;
  SymbolTable table(arena);
  for (const char* name : {"probe", "remove", "suspend", "resume", "open", "close", "read", "write",
                           "ioctl", "mmap", "poll", "release"})
    table.add(name);
  CHECK(order(table) == std::vector<std::string>{"ioctl", "probe", "remove", "suspend", "mmap",
                                                 "write", "release", "read", "resume", "poll",
                                                 "open", "close"});
}

TEST_CASE("the order after the table has grown is GNU ld's") {
  kbx::Arena arena;
  SymbolTable table(arena);
  std::vector<std::string> names;
  for (int i = 0; i < 3100; ++i) names.push_back("s" + std::to_string(i));
  for (const std::string& name : names) table.add(name);
  const std::vector<std::string> all = order(table);
  REQUIRE(all.size() == 3100);
  CHECK(std::vector<std::string>(all.begin(), all.begin() + 6) ==
        std::vector<std::string>{"s2393", "s2358", "s632", "s262", "s1669", "s1276"});
  CHECK(std::vector<std::string>(all.end() - 6, all.end()) ==
        std::vector<std::string>{"s740", "s390", "s1663", "s1626", "s1270", "s1233"});
}

TEST_CASE("a name has one symbol") {
  kbx::Arena arena;
  SymbolTable table(arena);
  kbx::link::Symbol* symbol = table.add("probe");
  CHECK(table.add("probe") == symbol);
  CHECK(table.find("probe") == symbol);
  CHECK(table.find("remove") == nullptr);
  CHECK(table.size() == 1);
}
