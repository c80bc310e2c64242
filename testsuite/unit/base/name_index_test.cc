#include "kbx/base/name_index.h"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "kbx/base/pool.h"

namespace {

struct Thing {
  std::string_view name;
  Thing* next_of_name = nullptr;
};

std::vector<Thing*> named(const kbx::NameIndex<Thing>& table, std::string_view name) {
  std::vector<Thing*> found;
  for (Thing* thing : table.named(name)) found.push_back(thing);
  return found;
}

}  // namespace

TEST_CASE("things of one name are found in the order in which they came") {
  kbx::NameIndex<Thing> table;
  CHECK(table.named("a").empty());
  Thing first{"a"};
  Thing second{"b"};
  Thing third{"a"};
  for (Thing* thing : {&first, &second, &third}) table.add(*thing);
  CHECK(named(table, "a") == std::vector{&first, &third});
  CHECK(named(table, "b") == std::vector{&second});
  CHECK(table.named("c").empty());
}

TEST_CASE("what is taken out is no longer found, and its name can come again") {
  kbx::NameIndex<Thing> table;
  Thing things[] = {{"a"}, {"a"}, {"a"}};
  for (Thing& thing : things) table.add(thing);
  table.remove(things[1]);
  CHECK(named(table, "a") == std::vector{&things[0], &things[2]});
  table.remove(things[2]);
  table.add(things[1]);
  CHECK(named(table, "a") == std::vector{&things[0], &things[1]});
  table.remove(things[0]);
  table.remove(things[1]);
  CHECK(table.named("a").empty());
  table.add(things[2]);
  CHECK(named(table, "a") == std::vector{&things[2]});
}

TEST_CASE("a table of many names finds each") {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("name" + std::to_string(i));
  kbx::Pool<Thing> pool;
  kbx::NameIndex<Thing> table;
  for (const std::string& name : names) {
    Thing& thing = pool.emplace_back();
    thing.name = name;
    table.add(thing);
  }
  CHECK(pool.front().name == names.front());
  bool are_all_there = true;
  for (const std::string& name : names) {
    const std::vector<Thing*> found = named(table, name);
    are_all_there = are_all_there && found.size() == 1 && found.front()->name == name;
  }
  CHECK(are_all_there);
}
