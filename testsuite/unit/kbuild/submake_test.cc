#include "kbx/kbuild/submake.h"

#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kbuild;

TEST_CASE("a recipe line that calls make is taken apart") {
  const auto call = parse_submake("/opt/kbx make -f scripts/Makefile.build obj=/m need-modorder=1",
                                  "/opt/kbx make");
  REQUIRE(call);
  CHECK(call->makefile == "scripts/Makefile.build");
  CHECK(call->words ==
        std::vector<std::string>{"-f", "scripts/Makefile.build", "obj=/m", "need-modorder=1"});
}

TEST_CASE("-C folders add up and the makefile's default name is kept") {
  const auto call = parse_submake("mk -C /k -C sub modules", "mk");
  REQUIRE(call);
  CHECK(call->folder == "/k/sub");
  CHECK(call->makefile == "Makefile");
}

TEST_CASE("what a shell has to do is no plain call") {
  CHECK_FALSE(parse_submake("mk -f x; rm y", "mk"));
  CHECK_FALSE(parse_submake("mk -f x > log", "mk"));
  CHECK_FALSE(parse_submake("mkdir -p x", "mk"));
  CHECK_FALSE(parse_submake("echo mk", "mk"));
}

TEST_CASE("a sub-make inherits variables and options and adds its own") {
  makelang::Setup setup;
  setup.folder = "/tmp";
  setup.environment = {{"PATH", "/bin"}};
  setup.command_line_variables = {"M=/m", "V=1"};
  setup.flags = "k";
  const makelang::Evaluation parent(setup, {});
  const auto call = parse_submake("mk -rR --no-print-directory -f b.mk obj=/m goal", "mk");
  REQUIRE(call);
  const makelang::Setup child = submake_setup(parent, nullptr, *call);
  CHECK(child.level == 1);
  CHECK(child.goals == std::vector<std::string>{"goal"});
  CHECK_FALSE(child.built_in_rules);
  CHECK(child.flags.find('k') != std::string::npos);
  const auto has = [&](const std::string& variable) {
    return std::find(child.command_line_variables.begin(), child.command_line_variables.end(),
                     variable) != child.command_line_variables.end();
  };
  CHECK(has("M=/m"));
  CHECK(has("obj=/m"));
}
