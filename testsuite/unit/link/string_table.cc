#include "kbx/link/output/string_table.h"

#include <string>

#include <doctest/doctest.h>

using kbx::link::StringTable;

namespace {

std::string written(StringTable& table) {
  table.finish();
  std::string bytes(static_cast<std::size_t>(table.size()), '?');
  table.write(bytes.data());
  return bytes;
}

}  // namespace

TEST_CASE("an empty string table is one zero byte") {
  StringTable table;
  CHECK(table.add("") == 0);
  CHECK(written(table) == std::string(1, '\0'));
  CHECK(table.offset(0) == 0);
}

TEST_CASE("a string that ends another lies within it, wherever it was added") {
  StringTable table;
  const auto end = table.add("text");
  const auto whole = table.add("foo.text");
  const auto other = table.add("text2");
  CHECK(written(table) == std::string("\0foo.text\0text2\0", 16));
  CHECK(table.offset(whole) == 1);
  CHECK(table.offset(end) == 5);
  CHECK(table.offset(other) == 10);
}

TEST_CASE("a string is in the table once") {
  StringTable table;
  const auto first = table.add("probe");
  CHECK(table.add("probe") == first);
  CHECK(written(table) == std::string("\0probe\0", 7));
}

TEST_CASE("of two strings that could take in a third, the next in the order from the end does") {
  // Sorted from the end: "d", "bcd", "abcd", "xd". Only the last of a row of endings hosts.
  StringTable table;
  const auto d = table.add("d");
  const auto bcd = table.add("bcd");
  const auto abcd = table.add("abcd");
  const auto xd = table.add("xd");
  CHECK(written(table) == std::string("\0abcd\0xd\0", 9));
  CHECK(table.offset(abcd) == 1);
  CHECK(table.offset(bcd) == 2);
  CHECK(table.offset(d) == 4);
  CHECK(table.offset(xd) == 6);
}

TEST_CASE("strings that agree in more than eight last characters keep apart") {
  StringTable table;
  const auto one = table.add("one_of_many_names");
  const auto two = table.add("two_of_many_names");
  const auto end = table.add("_of_many_names");
  table.finish();
  CHECK(table.offset(one) == 1);
  CHECK(table.offset(two) == 19);
  CHECK(table.offset(end) == 4);
}

TEST_CASE("many strings are found again") {
  StringTable table;
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("symbol_" + std::to_string(i));
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : names) numbers.push_back(table.add(name));
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(table.add(names[i]) == numbers[i]);
}
