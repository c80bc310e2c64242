#include <doctest/doctest.h>

#include "kbx/link/script/parse.h"
#include "kbx/link/script/print.h"

using namespace kbx;
using namespace kbx::link::script;

namespace {

std::string error_of(std::string_view text) {
  try {
    parse_version_script(text, "t.map");
  } catch (const Error& error) {
    return std::to_string(error.location().line) + ": " + error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a version script") {
  const Version version = parse_version_script(
      "# Solaris comment\nV1 { global: foo; bar*; local: *; };\n"
      "V2 { baz; } V1;\nV3 { } V1 V2;\n",
      "t.map");
  REQUIRE(version.nodes.size() == 3);
  CHECK(version.nodes[0].tag == "V1");
  CHECK(version.nodes[0].globals.size() == 2);
  CHECK(version.nodes[0].locals[0].pattern == "*");
  CHECK(version.nodes[1].globals[0].pattern == "baz");
  CHECK(version.nodes[2].predecessors == std::vector<std::string>{"V1", "V2"});
  CHECK(version.nodes[1].place.location().to_string() == "t.map:3");
  CHECK(parse_version_script(print(version), "printed") == version);
}

TEST_CASE("the anonymous node, and labels that are names") {
  const Version version = parse_version_script("{ global; local; extern; };", "t.map");
  REQUIRE(version.nodes.size() == 1);
  CHECK(version.nodes[0].tag.empty());
  CHECK(version.nodes[0].globals.size() == 3);
  CHECK(version.nodes[0].globals[1].pattern == "local");
  CHECK(parse_version_script("{ local: *; };", "t").nodes[0].globals.empty());
}

TEST_CASE("languages and exact names") {
  const Version version = parse_version_script(
      "{ global: extern \"C++\" { ns::*; \"operator new(unsigned long)\"; };\n"
      "  extern \"c\" { plain }; \"exact*\"; };",
      "t.map");
  const auto& globals = version.nodes[0].globals;
  REQUIRE(globals.size() == 4);
  CHECK(globals[0].pattern == "ns::*");
  CHECK(globals[0].language == Language::cxx);
  CHECK(!globals[0].exact);
  CHECK(globals[1].exact);
  CHECK(globals[2].language == Language::c);
  CHECK(globals[3].language == Language::none);
  CHECK(globals[3].exact);
  CHECK(parse_version_script(print(version), "printed") == version);
}

TEST_CASE("what is wrong in a version script") {
  CHECK(error_of("V { local: *; global: x; };") == "1: found `global', expected `}'");
  CHECK(error_of("V { global: };") == "1: found `}', expected the pattern of a symbol's name");
  CHECK(error_of("V { a }") == "1: found `}', expected `;'");
  CHECK(error_of("V { a; }") == "1: found the end of the file, expected `;'");
  CHECK(error_of("V { extern \"Ada\" { a; }; };") ==
        "1: unknown language `Ada' in version information");
  CHECK(error_of("") == "1: found the end of the file, expected `{'");
}

TEST_CASE("a dynamic list") {
  const DynamicList list =
      parse_dynamic_list("{ foo; extern \"C++\" { \"a::b()\"; }; };\n{ bar*; };", "t.list");
  REQUIRE(list.patterns.size() == 3);
  CHECK(list.patterns[1].language == Language::cxx);
  CHECK(list.patterns[2].pattern == "bar*");
  CHECK(parse_dynamic_list(print(list), "printed") == list);
  CHECK_THROWS_AS(parse_dynamic_list("{ };", "t"), Error);
}

TEST_CASE("a definition of the command line") {
  const Assignment node = parse_definition("x", "a + 0x10");
  CHECK(node.symbol == "x");
  CHECK(print(node) == "x = a + 0x10;");
  CHECK_THROWS_AS(parse_definition("x", "1 +"), Error);
  CHECK_THROWS_AS(parse_definition("x", "1 2"), Error);
  CHECK_THROWS_AS(parse_definition("x", ""), Error);
}
