#include <map>

#include <doctest/doctest.h>

#include "kbx/link/script/expression.h"
#include "kbx/link/script/parse.h"

using namespace kbx;
using namespace kbx::link::script;

namespace {

constexpr Base text = 0;
constexpr Base data = 1;

/// Two sections at 0x1000 and 0x2000, and a symbol in each.
struct World {
  std::map<std::string, SymbolState> symbols{
      {"in_text", {SymbolState::Kind::defined, {4, text}, false}},
      {"in_data", {SymbolState::Kind::defined, {8, data}, false}},
      {"number", {SymbolState::Kind::defined, {0x10, absolute}, false}},
      {"gone", {SymbolState::Kind::discarded, {0, absolute}, false}},
  };
  Environment environment;

  World() {
    environment.symbol = [this](const std::string& name) {
      const auto found = symbols.find(name);
      return found == symbols.end() ? SymbolState{} : found->second;
    };
    environment.is_defined = [this](const std::string& name) { return symbols.contains(name); };
    environment.address_of = [](Base base) -> std::uint64_t {
      return base == text ? 0x1000 : 0x2000;
    };
    environment.find_section = [](const std::string& name) -> std::optional<SectionState> {
      if (name == ".text") return SectionState{text, true, 0x8000, true, 0x14, 16};
      if (name == ".later") return SectionState{data, true, {}, false, 0x20, 8};
      if (name == ".empty") return SectionState{data, false, {}, true, 0x20, 8};
      return std::nullopt;
    };
    environment.region = [](const std::string& name) -> std::optional<RegionState> {
      if (name == "ram") return RegionState{0x4000, 0x100};
      return std::nullopt;
    };
  }

  Value value(std::string_view expression) const {
    const Result result = evaluate(parse_expression(expression, "t"), environment);
    REQUIRE(result.value);
    return *result.value;
  }
  bool is_unresolved(std::string_view expression) const {
    return !evaluate(parse_expression(expression, "t"), environment).value;
  }
  Assignment assignment(std::string_view line) const {
    return std::get<Assignment>(parse_script(line, "t").commands.at(0));
  }
};

}  // namespace

TEST_CASE("outside of output sections a number is absolute, inside it is only a number") {
  World world;
  CHECK(world.value("5") == Value{5, absolute});
  CHECK(world.value("1 < 2") == Value{1, absolute});  // folded while it is read
  CHECK(world.value("in_text < in_data") == Value{1, plain_number});
  world.environment.section = text;
  CHECK(world.value("5") == Value{5, plain_number});
  CHECK(world.value("number") == Value{0x10, plain_number});
  world.environment.section = absolute;
  CHECK(world.value("number") == Value{0x10, absolute});
  world.environment.sane_expressions = true;
  CHECK(world.value("5") == Value{5, plain_number});
}

TEST_CASE("bases of results") {
  World world;
  world.environment.section = data;
  CHECK(world.value("in_text + 4") == Value{8, text});
  CHECK(world.value("4 + in_text") == Value{8, text});
  CHECK(world.value("in_data - in_text") == Value{0x1004, plain_number});
  CHECK(world.value("in_text + in_text") == Value{8, plain_number});
  CHECK(world.value("MAX(in_text, in_data)") == Value{0x2008, absolute});
  CHECK(world.value("MAX(in_text, 2)") == Value{4, text});
  CHECK(world.value("-in_text") == Value{static_cast<std::uint64_t>(-4), text});
  CHECK(world.value("ABSOLUTE(in_text)") == Value{0x1004, absolute});
  world.environment.section = absolute;
  CHECK(world.value("in_text + 4") == Value{0x1008, plain_number + 1});
}

TEST_CASE("dot") {
  World world;
  world.environment.dot = 0x2010;
  world.environment.section = data;
  CHECK(world.value(".") == Value{0x10, data});
  CHECK(world.value("ALIGN(0x20)") == Value{0x20, data});
  CHECK(world.value("ALIGN(., 0x20)") == Value{0x20, data});
  CHECK(world.value("NEXT(0x100)") == Value{0x2100, absolute});
  CHECK(world.value("ORIGIN(ram)") == Value{0x2000, data});
  CHECK(world.value("LENGTH(ram)") == Value{0x100, plain_number});
  CHECK(evaluate(parse_expression(". + 1", "t"), world.environment).from_dot);
  CHECK(!evaluate(parse_expression("in_data", "t"), world.environment).from_dot);
  world.environment.phase = Phase::first;
  CHECK(world.is_unresolved("ALIGN(4)"));
}

TEST_CASE("sections") {
  World world;
  world.environment.phase = Phase::allocating;
  CHECK(world.value("ADDR(.text)") == Value{0, text});
  CHECK(world.value("LOADADDR(.text)") == Value{0x8000, absolute});
  CHECK(world.value("SIZEOF(.text)") == Value{0x14, plain_number});
  CHECK(world.value("ALIGNOF(.text)") == Value{16, plain_number});
  CHECK(world.is_unresolved("ADDR(.later)"));
  CHECK(world.value("SIZEOF(.later)").number == 0x20);
  CHECK(world.value("SIZEOF(.empty)").number == 0);
  CHECK(world.value("SIZEOF(.none)").number == 0);
  CHECK(world.is_unresolved("ADDR(.none)"));
  world.environment.phase = Phase::final;
  CHECK_THROWS_AS(world.value("SIZEOF(.none)"), Error);
  CHECK_THROWS_AS(world.value("ORIGIN(none)"), Error);
  CHECK_THROWS_AS(world.value("CONSTANT(NONE)"), Error);
  CHECK_THROWS_AS(world.value("gone"), Error);
}

TEST_CASE("what is not known yet") {
  World world;
  world.environment.phase = Phase::allocating;
  const Result result = evaluate(parse_expression("1 + later", "t"), world.environment);
  CHECK(!result.value);
  CHECK(result.unresolved == "later");
  CHECK(world.value("DEFINED(later) ? later : 7").number == 7);
  world.environment.phase = Phase::final;
  CHECK_THROWS_AS(world.value("later"), Error);
}

TEST_CASE("arithmetic") {
  const World world;
  const auto number = [&](const char* expression) { return world.value(expression).number; };
  CHECK(number("-17 / 5") == static_cast<std::uint64_t>(-3));
  CHECK(number("-17 % 5") == static_cast<std::uint64_t>(-2));
  CHECK(number("0x8000000000000000 / -1") == 0x8000000000000000);
  CHECK(number("0x8000000000000000 % -1") == 0);
  CHECK(number("1 << 65") == 2);
  CHECK(number("0xff ^ 0x0f") == 0xf0);
  CHECK(number("-1 < 1") == 0);
  CHECK(number("LOG2CEIL(0)") == 0);
  CHECK(number("LOG2CEIL(5)") == 3);
  CHECK(number("LOG2CEIL(-1)") == 64);
  CHECK(number("LOG2CEIL(0x8000000000000000)") == 63);
  CHECK(number("ALIGN(0x1001, 0x30)") == 0x1020);
  CHECK_THROWS_AS(number("1 / 0"), Error);
  CHECK_THROWS_AS(number("number % 0"), Error);
}

TEST_CASE("assignments") {
  World world;
  const auto assigned = [&](std::string_view line) {
    return evaluate_assignment(world.assignment(line), world.environment);
  };
  CHECK(assigned("x = 5;").value == Value{5, absolute});
  CHECK(assigned("x = in_text;").value == Value{4, text});
  CHECK(assigned("x = in_text;").only_symbol == "in_text");
  CHECK(assigned("x = in_text - in_data;").only_symbol.empty());
  CHECK(assigned("x = in_data ? in_text : 0;").only_symbol == "in_text");
  CHECK(assigned("number += 2;").value->number == 0x12);
  world.environment.section = data;
  CHECK(assigned("x = 5;").value == Value{5, data});
  CHECK(assigned("x = number;").value == Value{0x10, data});
  // A value made from itself waits for the final phase, unless the script gave it in this pass.
  CHECK(assigned("number = number + 1;").value);
  world.environment.phase = Phase::allocating;
  CHECK(!assigned("number = number + 1;").value);
  world.symbols["number"].set_in_this_pass = true;
  CHECK(assigned("number = number + 1;").value->number == 0x11);
}

TEST_CASE("assignments to dot") {
  World world;
  world.environment.phase = Phase::allocating;
  world.environment.dot = 0x2010;
  const auto moved = [&](std::string_view line) {
    return evaluate_dot(world.assignment(line), world.environment);
  };
  CHECK(moved(". = 5;") == 5);
  CHECK(moved(". += 5;") == 0x2015);
  CHECK(moved(". = in_data;") == 0x2008);
  world.environment.section = data;
  CHECK(moved(". = 0x20;") == 0x2020);
  CHECK(moved(". += 5;") == 0x2015);
  CHECK(moved(". = ABSOLUTE(0x3000);") == 0x3000);
  CHECK_THROWS_AS(moved(". = 5;"), Error);
  CHECK_THROWS_AS(moved(". = later;"), Error);
  world.environment.phase = Phase::mark;
  CHECK(!moved(". = later;"));
}

TEST_CASE("which assignments to dot keep a section") {
  World world;
  world.environment.section = data;
  world.symbols["zero"] = {SymbolState::Kind::defined, {0, absolute}, true};
  const auto keeps = [&](std::string_view line) {
    return keeps_section(world.assignment(line), world.environment);
  };
  CHECK(!keeps(". = 0;"));
  CHECK(!keeps(". = 1 - 1;"));
  CHECK(!keeps(". = . + 0;"));
  CHECK(!keeps(". += 0;"));
  CHECK(!keeps(". = . + zero;"));
  CHECK(!keeps(". = ALIGN(. != 0 ? 8 : 1);"));
  CHECK(keeps(". = .;"));
  CHECK(keeps(". = ALIGN(8);"));
  CHECK(keeps(". = . + 1;"));
}

TEST_CASE("assertions fail in the final phase only") {
  World world;
  const auto checked = [&](std::string_view line) {
    check(std::get<Assertion>(parse_script(line, "t").commands.at(0)), world.environment);
  };
  CHECK_NOTHROW(checked("ASSERT(1, \"m\")"));
  CHECK_THROWS_WITH_AS(checked("ASSERT(0, \"m\")"), "m", Error);
  std::vector<std::string> failed;
  world.environment.assertion_failed = [&](const Place&, const std::string& message) {
    failed.push_back(message);
  };
  checked("ASSERT(0, \"m\")");
  CHECK(world.value("ASSERT(0, \"n\") + 1").number == 1);
  CHECK(failed == std::vector<std::string>{"m", "n"});
  world.environment.phase = Phase::allocating;
  checked("ASSERT(0, \"m\")");
  CHECK(failed.size() == 2);
}

TEST_CASE("fill values") {
  const World world;
  using Bytes = std::vector<std::uint8_t>;
  const auto bytes = [&](const char* expression) {
    return fill_bytes(parse_expression(expression, "t"), world.environment);
  };
  CHECK(bytes("0x90") == Bytes{0x90});
  CHECK(bytes("0x0090") == Bytes{0x00, 0x90});
  CHECK(bytes("0x123") == Bytes{0x01, 0x23});
  CHECK(bytes("0xAbCdEf0123456789aa").size() == 9);
  CHECK(bytes("144") == Bytes{0, 0, 0, 0x90});
  CHECK(bytes("0x90 + 0") == Bytes{0, 0, 0, 0x90});
  CHECK(bytes("0x90K") == Bytes{0, 2, 0x40, 0});
  CHECK(bytes("ABSOLUTE(0x90)") == Bytes{0x90});
}

TEST_CASE("the data segment is seen, adjusted and done") {
  World world;
  DataSegment segment;
  world.environment.phase = Phase::allocating;
  world.environment.data_segment = &segment;
  world.environment.dot = 0x401010;
  CHECK(world.value("DATA_SEGMENT_ALIGN(0x1000, 0x1000)").number == 0x402010);
  CHECK(segment.state == DataSegment::State::align_seen);
  CHECK(world.is_unresolved("DATA_SEGMENT_ALIGN(0x1000, 0x1000)"));
  CHECK(world.value("DATA_SEGMENT_RELRO_END(8, 0x402100)").number == 0x402100);
  CHECK(segment.relro_end == 0x402108);
  CHECK(world.value("DATA_SEGMENT_END(0x403000)").number == 0x403000);
  CHECK(segment.state == DataSegment::State::end_seen);
  CHECK(segment.end == 0x403000);
  segment.state = DataSegment::State::adjust;
  CHECK(world.value("DATA_SEGMENT_ALIGN(0x10000, 0x1000)").number == 0x412000);
  segment.state = DataSegment::State::relro_adjust;
  segment.base = 0x402ef0;
  segment.relro_page_size = 0x1000;
  CHECK(world.value("DATA_SEGMENT_ALIGN(0x1000, 0x1000)").number == 0x402ef0);
  CHECK(world.value("DATA_SEGMENT_RELRO_END(0, 0x402f10)").number == 0x403000);
  world.environment.section = text;
  CHECK(world.is_unresolved("DATA_SEGMENT_END(.)"));
}
