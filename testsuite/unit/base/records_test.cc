#include "kbx/base/records.h"

#include <cstdint>

#include <doctest/doctest.h>

#include "kbx/base/arena_list.h"
#include "kbx/base/number_table.h"

namespace {

struct Thing {
  std::uint32_t value = 0;
  kbx::ArenaList<std::uint32_t> parts;
};

constexpr std::uint32_t many = 5000;

}  // namespace

TEST_CASE("records stay where they are and come in order") {
  kbx::Arena arena;
  kbx::Records<Thing> records(arena);
  Thing* first = nullptr;
  for (std::uint32_t i = 0; i < many; ++i) {
    Thing& made = records.emplace_back();
    made.value = i;
    if (i == 0) first = &made;
  }
  CHECK(records.size() == many);
  CHECK(&records.front() == first);
  CHECK(records[many - 1].value == many - 1);
  std::uint32_t next = 0;
  for (const Thing& record : records) CHECK(record.value == next++);
  CHECK(next == many);
}

TEST_CASE("lists grow in an arena") {
  kbx::Arena arena;
  Thing a;
  Thing b;
  CHECK(a.parts.empty());
  for (std::uint32_t i = 0; i < 9; ++i) {
    a.parts.push_back(arena, i);
    b.parts.push_back(arena, i * 2);
  }
  CHECK(a.parts.size() == 9);
  CHECK(a.parts.front() == 0);
  CHECK(a.parts[8] == 8);
  CHECK(b.parts[8] == 16);
}

TEST_CASE("a table of numbers tells those of one hash apart") {
  kbx::NumberTable table;
  const auto number_of = [&](std::uint32_t value) {
    return table.find_or_make(
        value % 7, [&](std::uint32_t number) { return number == value; }, [&] { return value; });
  };
  for (int round = 0; round < 2; ++round)
    for (std::uint32_t value = 0; value < 1000; ++value) CHECK(number_of(value) == value);
  const std::uint32_t found = table.find_or_make(
      3, [](std::uint32_t number) { return number == 10; }, [] { return 0U; });
  CHECK(found == 10);
}
