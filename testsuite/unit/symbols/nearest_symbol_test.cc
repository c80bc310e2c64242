#include "kbx/symbols/nearest_symbol.h"

#include <optional>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <elf.h>

using kbx::elf::Object;
using kbx::elf::Symbol;
using kbx::symbols::NearestSymbols;
using Choice = NearestSymbols::Choice;

namespace {

Symbol symbol(std::string_view name, std::uint32_t section, std::uint64_t value) {
  Symbol made;
  made.name = name;
  made.section = section;
  made.value = value;
  return made;
}

std::string name_of(const Symbol* found) {
  return found ? std::string(found->name) : "none";
}

/// As modpost did before it sorted: every symbol of the section is looked at.
const Symbol* searched_before(const Object& object, std::uint32_t section, std::uint64_t address,
                              Choice choice) {
  const Symbol* best = nullptr;
  for (const Symbol& one : object.symbols) {
    if (one.section != section || one.value > address) continue;
    if (!best || one.value > best->value || (choice == Choice::last && one.value == best->value))
      best = &one;
  }
  return best;
}

const Symbol* searched_around(const Object& object, std::uint32_t section, std::uint64_t address,
                              std::uint64_t reach) {
  const Symbol* best = nullptr;
  std::uint64_t distance = 0;
  for (const Symbol& one : object.symbols) {
    const std::uint64_t away = std::min(address - one.value, one.value - address);
    if (one.section != section || away > reach || (best && away >= distance)) continue;
    best = &one;
    distance = away;
  }
  return best;
}

}  // namespace

TEST_CASE("of two names for one place, the table's first or last is taken") {
  Object object;
  object.symbols = {symbol("other_section", 2, 16), symbol("first", 1, 16), symbol("low", 1, 8),
                    symbol("last", 1, 16), symbol("high", 1, 24)};
  const NearestSymbols nearest(object);
  CHECK(name_of(nearest.before(1, 16, Choice::first)) == "first");
  CHECK(name_of(nearest.before(1, 23, Choice::first)) == "first");
  CHECK(name_of(nearest.before(1, 16, Choice::last)) == "last");
  CHECK(name_of(nearest.before(1, 15, Choice::last)) == "low");
  CHECK(name_of(nearest.before(1, 7, Choice::first)) == "none");
  CHECK(name_of(nearest.before(3, 7, Choice::first)) == "none");
  CHECK(name_of(nearest.around(1, 16, 20)) == "first");
}

TEST_CASE("halfway between two symbols, the first in the table is taken") {
  Object object;
  object.symbols = {symbol("high", 1, 30), symbol("low", 1, 10), symbol("low_again", 1, 10)};
  CHECK(name_of(NearestSymbols(object).around(1, 20, 20)) == "high");
  std::swap(object.symbols[0], object.symbols[1]);
  CHECK(name_of(NearestSymbols(object).around(1, 20, 20)) == "low");
  CHECK(name_of(NearestSymbols(object).around(1, 21, 20)) == "high");
}

TEST_CASE("a symbol is near up to the reach, on both sides and around the section's start") {
  Object object;
  object.symbols = {symbol("one", 1, 100), symbol("start", 2, 4), symbol("end", 2, 4000)};
  const NearestSymbols nearest(object);
  CHECK(name_of(nearest.around(1, 120, 20)) == "one");
  CHECK(name_of(nearest.around(1, 80, 20)) == "one");
  CHECK(name_of(nearest.around(1, 121, 20)) == "none");
  CHECK(name_of(nearest.around(1, 79, 20)) == "none");
  CHECK(name_of(nearest.around(2, ~std::uint64_t{0} - 3, 20)) == "start");
  CHECK(name_of(nearest.around(2, ~std::uint64_t{0} - 30, 20)) == "none");
  CHECK(name_of(nearest.around(3, 4, 20)) == "none");
}

TEST_CASE("symbols that only tools use name nothing") {
  Object object;
  object.symbols = {symbol("", 1, 8), symbol("$d", 1, 8), symbol(".Lend", 1, 8),
                    symbol("absolute", 1, 8), symbol("real", 1, 0)};
  object.symbols[3].reserved_section = true;
  const NearestSymbols nearest(object);
  CHECK(name_of(nearest.before(1, 8, Choice::first)) == "real");
  CHECK(name_of(nearest.around(1, 9, 20)) == "real");
}

TEST_CASE("a search finds what looking at every symbol finds") {
  std::mt19937 random(7);
  const auto any = [&](std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random);
  };
  for (int round = 0; round < 300; ++round) {
    Object object;
    for (std::uint64_t count = any(30); count > 0; --count) {
      const bool is_extreme = any(20) == 0;
      object.symbols.push_back(symbol("s", static_cast<std::uint32_t>(1 + any(3)),
                                      is_extreme ? ~std::uint64_t{0} - any(30) : any(100)));
    }
    const NearestSymbols nearest(object);
    for (int question = 0; question < 50; ++question) {
      const auto section = static_cast<std::uint32_t>(1 + any(3));
      const std::uint64_t address = any(140) - 20;
      for (const Choice choice : {Choice::first, Choice::last})
        CHECK(nearest.before(section, address, choice) ==
              searched_before(object, section, address, choice));
      CHECK(nearest.around(section, address, 20) == searched_around(object, section, address, 20));
    }
  }
}
