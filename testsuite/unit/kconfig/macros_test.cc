#include "kbx/kconfig/macros.h"

#include "testsuite/unit/kconfig/given.h"
#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kconfig;

namespace {

class Expansion {
 public:
  std::string of(std::string_view text) {
    std::size_t at = 1;
    const std::string expanded = macros.expand_dollar(text, at);
    return expanded + std::string(text.substr(at));
  }

  test::Told told;
  Environment environment = {{"HERE", "outside"}};
  Place position{"Kconfig", 7};
  Macros macros{environment, [](const std::string& command) { return command + "\nsecond\n\n"; },
                told.console(), position};
};

}  // namespace

TEST_CASE("variables are expanded when they are used or when they are set") {
  Expansion expansion;
  expansion.macros.assign("late", "$(other)", Flavour::recursive);
  expansion.macros.assign("early", "$(other)", Flavour::simple);
  expansion.macros.assign("other", "x", Flavour::recursive);
  expansion.macros.assign("early", "$(other)", Flavour::append);
  CHECK(expansion.of("$(late) rest") == "x rest");
  CHECK(expansion.of("$(early)") == " x");
}

TEST_CASE("functions take arguments, variables are functions of $(1) and so on") {
  Expansion expansion;
  expansion.macros.assign("swap", "$(2)-$(1)", Flavour::recursive);
  CHECK(expansion.of("$(swap,a,$(swap,b,c))") == "c-b-a");
  CHECK(expansion.of("$(shell,echo a)") == "echo a second");
  CHECK(expansion.of("$(filename):$(lineno)") == "Kconfig:$(lineno)");
  CHECK(expansion.of("$(lineno)") == "7");
}

TEST_CASE("the environment is looked at last, and what was used is known") {
  Expansion expansion;
  CHECK(expansion.of("$(HERE)") == "outside");
  CHECK(expansion.of("$(NOWHERE)").empty());
  REQUIRE(expansion.macros.used().size() == 1);
  CHECK(expansion.macros.used()[0] == UsedVariable("HERE", "outside"));
}

TEST_CASE("what goes in circles or does not end is told with its place") {
  const auto told_of = [](const char* value) {
    Expansion expansion;
    expansion.macros.assign("a", value, Flavour::recursive);
    CHECK_THROWS_AS(expansion.of("$(a)"), Stop);
    return expansion.told.text();
  };
  CHECK(told_of("$(a)") == "Kconfig:7: Recursive variable 'a' references itself (eventually)\n");
  CHECK(told_of("$(b") == "Kconfig:7: unterminated reference to 'b': missing ')'\n");
  CHECK(told_of("$(error-if,y,no good)") == "Kconfig:7: no good\n");
}
