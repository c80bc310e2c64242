#include "kbx/kconfig/solver.h"

#include "testsuite/unit/kconfig/given.h"
#include <doctest/doctest.h>

#include "kbx/kconfig/read_config.h"

using namespace kbx;
using namespace kbx::kconfig;
using kbx::test::Given;

namespace {

constexpr const char* modules = "config MODULES\n\tdef_bool y\n\tmodules\n";

std::string value_of(Solver& solver, Given& given, const char* name) {
  Symbol& symbol = given.symbol(name);
  solver.value(symbol);
  return std::string(solver.text_of(symbol));
}

}  // namespace

TEST_CASE("a select holds up, and a dependency that is not met is told") {
  Given given(std::string(modules) +
              "config A\n\tdef_tristate m\n\tselect B\n\nconfig B\n\ttristate\n\tdepends on C\n\n"
              "config C\n\tbool\n");
  Solver solver(given.model, given.told.console());
  solver.forget_all();
  CHECK(value_of(solver, given, "B") == "m");
  CHECK(solver.unmet_dependencies() == 1);
  CHECK(given.messages().find("unmet direct dependencies detected for B") != std::string::npos);
}

TEST_CASE("numbers stay in their range, and what the user says counts only where it is seen") {
  Given given("config I\n\tint \"i\"\n\trange 3 5\n\tdefault 9\nconfig H\n\thex\n\tdefault 0x1f\n");
  Solver solver(given.model, given.told.console());
  solver.forget_all();
  CHECK(value_of(solver, given, "I") == "5");
  CHECK(solver.set(given.symbol("I"), "4"));
  CHECK(!solver.set(given.symbol("I"), "6"));
  CHECK(value_of(solver, given, "I") == "4");
  CHECK(value_of(solver, given, "H") == "0x1f");
}

TEST_CASE("a former name hands its value on, and the new one is no longer new") {
  Given given("config OLD\n\tbool\n\ttransitional\nconfig NEW\n\tbool \"new\"\n\tdefault OLD\n");
  Solver solver(given.model, given.told.console());
  const Environment none;
  ConfigReader reader(solver, none, given.told.console(), [](const std::string&) {});
  CHECK(reader.read(given.folder.file("config", "CONFIG_OLD=y\n")));
  CHECK(value_of(solver, given, "NEW") == "y");
  CHECK(solver.state(given.symbol("NEW")).user.is_set);
  CHECK(!solver.value(given.symbol("OLD")).is_written);
}

TEST_CASE("a dependency with a condition holds where the condition does not") {
  const auto visible = [](const char* condition) {
    Given given(std::string("config Y\n\tdef_bool y\nconfig N\n\tbool\nconfig A\n\tbool \"a\"\n"
                            "\tdepends on ") +
                condition + "\n");
    Solver solver(given.model, given.told.console());
    solver.forget_all();
    return solver.value(given.symbol("A")).visible;
  };
  CHECK(visible("N if Y") == Tristate::no);
  CHECK(visible("N if N") == Tristate::yes);
  CHECK(visible("Y if Y") == Tristate::yes);
}

TEST_CASE("one member of a choice is y: the one asked for, else the default, else the first") {
  Given given(
      "choice\n\tprompt \"pick\"\n\tdefault B\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n"
      "endchoice\n");
  Solver solver(given.model, given.told.console());
  solver.forget_all();
  CHECK(value_of(solver, given, "B") == "y");
  CHECK(solver.set(given.symbol("A"), Tristate::yes));
  CHECK(value_of(solver, given, "A") == "y");
  CHECK(value_of(solver, given, "B") == "n");
}
