#include "kbx/ninja/writer.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "kbx/base/error.h"
#include "kbx/base/file.h"
#include "kbx/ninja/build.h"
#include "kbx/ninja/edge.h"

using namespace kbx;
using namespace kbx::ninja;
using kbuild::Action;
using kbuild::ActionKind;
using kbuild::Plan;
using kbuild::Step;

namespace {

Action compile(const std::string& name) {
  Action action;
  action.kind = ActionKind::compile;
  action.outputs = {"/out/" + name + ".o"};
  action.inputs = {"/out/" + name + ".c"};
  action.folder = "/tree";
  action.target = action.outputs[0];
  action.depfile = "/out/." + name + ".o.d";
  action.dot_cmd = "/out/." + name + ".o.cmd";
  action.steps = {{"cc_o_c",
                   "gcc -Wp,-MMD,/out/." + name + ".o.d -I/out -I/out/inc -c -o /out/" + name +
                       ".o /out/" + name + ".c ; ./objtool /out/" + name + ".o",
                   "CC [M]  /out/" + name + ".o", Step::Save::dependencies, false}};
  return action;
}

Layout layout() {
  Layout result;
  result.state = "/s";
  result.kbx = "/bin/kbx";
  return result;
}

}  // namespace

TEST_CASE("Ninja's own signs are escaped") {
  CHECK(escape_path("/a b/c:d$e") == "/a$ b/c$:d$$e");
  CHECK(escape_value(" a $b") == "$ a $$b");
  CHECK_THROWS_AS(escape_path("a\nb"), Error);
}

TEST_CASE("what took longest comes first, with all that has to come before it") {
  Plan plan;
  plan.folder = plan.source = "/out";
  Action generate;
  generate.outputs = {"/out/gen.h"};
  generate.steps = {{"", "gen", "", Step::Save::nothing, false}};
  plan.actions = {compile("a"), compile("b"), generate, compile("c")};
  plan.actions[3].order_only = {"/out/gen.h"};
  const Durations durations = {{"/out/a.o", 100}, {"/out/b.o", 2000}, {"/out/c.o", 3000}};
  const std::string text = make_manifest(plan, layout(), durations).text;
  const size_t gen = text.find("build /out/gen.h");
  const size_t c = text.find("build /out/c.o");
  const size_t b = text.find("build /out/b.o");
  const size_t a = text.find("build /out/a.o");
  CHECK(gen < c);
  CHECK(c < b);
  CHECK(b < a);
  CHECK(a != std::string::npos);
}

TEST_CASE("genksyms runs only where kbx step found exports, and nm and awk never") {
  Action action = compile("a");
  action.steps.push_back({"check_local_export", "sh check", "", Step::Save::nothing, false});
  action.steps.push_back({"gen_symversions_c",
                          "if nm a.o 2>/dev/null | grep -q __ksymtab; then  x | y; fi", "",
                          Step::Save::nothing, false});
  const EdgeText edge = edge_text(action, layout(), {});
  CHECK(edge.after.find("--check-local-export --exported-symbols __ksymtab") != std::string::npos);
  CHECK(edge.after.find("sh check") == std::string::npos);
  CHECK(edge.after.ends_with("; [ $exports != 0 ] || ( x | y )"));
  CHECK(edge.command.starts_with("gcc "));
  CHECK(edge.before.empty());
}

TEST_CASE("a rule template of one's own takes the place of the built-in one") {
  const std::string folder = make_temporary_folder("/tmp", "kbx-rules-test-");
  write_file_atomically(folder + "/compile.ninja", "rule compile\n  command = mine $cmd\n");
  Plan plan;
  Layout own = layout();
  own.rules_folder = folder;
  const std::string text = ninja_text(plan, own);
  CHECK(text.find("command = mine $cmd") != std::string::npos);
  CHECK(text.find("rule modpost\n") != std::string::npos);
  CHECK(text.find("rule compile\n  command = cd") == std::string::npos);
  write_file_atomically(folder + "/compil.ninja", "");
  CHECK_THROWS_AS(ninja_text(plan, own), Error);
  remove_tree(folder);
  CHECK_THROWS_AS(ninja_text(plan, own), Error);
}

TEST_CASE("compile_commands.json names the true place of sources") {
  Plan plan;
  plan.folder = "/out";
  plan.source = "/home/me/driver";
  plan.actions = {compile("a")};
  const auto json = nlohmann::json::parse(compile_commands_text(plan));
  REQUIRE(json.size() == 1);
  CHECK(json[0]["directory"] == "/tree");
  CHECK(json[0]["file"] == "/home/me/driver/a.c");
  CHECK(json[0]["arguments"] ==
        nlohmann::json({"gcc", "-Wp,-MMD,/out/.a.o.d", "-I/home/me/driver", "-I/home/me/driver/inc",
                        "-c", "-o", "/out/a.o", "/home/me/driver/a.c", "-I/out", "-I/out/inc"}));
}
