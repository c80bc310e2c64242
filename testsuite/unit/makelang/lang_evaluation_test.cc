#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/makelang/evaluation.h"

using namespace kbx;
using namespace kbx::makelang;

namespace {

Setup plain_setup() {
  Setup setup;
  setup.folder = "/";
  setup.environment = {{"FROM_ENV", "env"}, {"odd-name", "odd"}, {"SHELL", "/bin/csh"}};
  return setup;
}

/// An evaluation of some text, with all that it prints.
struct Read {
  std::string printed;
  Evaluation evaluation;

  explicit Read(std::string_view text, Setup setup = plain_setup())
      : evaluation(std::move(setup), hooks()) {
    evaluation.read_text(text, {1, 1});
  }
  Hooks hooks() {
    Hooks result;
    result.print = [this](Stream, std::string_view text) { printed += text; };
    return result;
  }
};

std::string message_of(std::string_view text) {
  try {
    Read read(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A folder that goes away with the test.
struct Folder {
  std::string path = make_temporary_folder("/tmp", "kbx-makelang-");
  ~Folder() { remove_tree(path); }
  std::string write(const std::string& name, std::string_view content) const {
    write_file_atomically(path + "/" + name, content);
    return path + "/" + name;
  }
};

}  // namespace

TEST_CASE("a value knows the line of each of its parts") {
  Read read("A = one\nA += two\nB := $(A)\nB += three\n");
  const VariableTable& globals = read.evaluation.global_variables();
  const Variable& a = globals.find("A")->second;
  REQUIRE(a.pieces.size() == 2);
  CHECK(a.value == "one two");
  CHECK(a.pieces[0].end == 3);
  CHECK(a.pieces[0].where == SourceRef{1, 1});
  CHECK(a.pieces[1].end == 7);
  CHECK(a.pieces[1].where == SourceRef{1, 2});
  CHECK(a.where == SourceRef{1, 2});
  const Variable& b = globals.find("B")->second;
  REQUIRE(b.pieces.size() == 2);
  CHECK(b.pieces[0].end == 7);
  CHECK(b.pieces[1].where == SourceRef{1, 4});
}

TEST_CASE("the trace sees every variable that an expansion uses") {
  std::vector<std::string> names;
  Hooks hooks;
  hooks.trace = [&](std::string_view name, const Variable&) { names.emplace_back(name); };
  Evaluation evaluation(plain_setup(), hooks);
  evaluation.read_text("A = $(B) $(C:x=y)\nB = b\nC = x\n", {1, 1});
  CHECK(evaluation.value("A") == "b y");
  CHECK(names == std::vector<std::string>{"A", "B", "C"});
}

TEST_CASE("names taken from the environment or missing from it are observed") {
  Read read("A = a\nB := $(FROM_ENV)$(A)$(NOT_THERE)\nC ?= c\n");
  const auto& names = read.evaluation.observations().environment_names;
  CHECK(names.contains("FROM_ENV"));
  CHECK(names.contains("NOT_THERE"));
  CHECK(names.contains("C"));
  CHECK(!names.contains("A"));
}

TEST_CASE("shell calls and wildcards are observed") {
  const Folder folder;
  folder.write("b.c", "");
  folder.write("a.c", "");
  Setup setup = plain_setup();
  setup.folder = folder.path;
  Hooks hooks;
  hooks.shell = [](const ShellCall& call) {
    return ShellResult{3, "<" + call.command + ">\n\n", {}};
  };
  Evaluation evaluation(setup, hooks);
  evaluation.read_text("A := $(shell cmd $(wildcard *.c))|$(.SHELLSTATUS)\n", {1, 1});
  CHECK(evaluation.value("A") == "<cmd a.c b.c>|3");
  const Observations& seen = evaluation.observations();
  REQUIRE(seen.shell_calls.size() == 1);
  CHECK(seen.shell_calls[0].command == "cmd a.c b.c");
  CHECK(seen.shell_calls[0].folder == folder.path);
  REQUIRE(seen.wildcards.size() == 1);
  CHECK(seen.wildcards[0].first == folder.path + "/*.c");
  CHECK(seen.wildcards[0].second == std::vector<std::string>{"a.c", "b.c"});
}

TEST_CASE("a makefile can be redirected, and goes by its new name") {
  const Folder folder;
  const std::string real =
      folder.write("real/inner.mk", "HERE := $(dir $(lastword $(MAKEFILE_LIST)))\n");
  Hooks hooks;
  hooks.redirect = [&](std::string_view path) {
    return path == "/no/such/inner.mk" ? real : std::string(path);
  };
  Evaluation evaluation(plain_setup(), hooks);
  evaluation.read_text("include /no/such/inner.mk\n-include /no/such/other.mk\n", {1, 1});
  CHECK(evaluation.value("HERE") == folder.path + "/real/");
  const auto& makefiles = evaluation.observations().makefiles;
  REQUIRE(makefiles.size() == 2);
  CHECK(makefiles[0].found);
  CHECK(makefiles[0].path == real);
  CHECK(!makefiles[1].found);
  CHECK(makefiles[1].optional);
  CHECK(makefiles[1].error == ENOENT);
}

TEST_CASE("a missing makefile is an error unless it is optional") {
  Evaluation evaluation(plain_setup(), {});
  CHECK(!evaluation.read_makefile("/no/such/makefile", true));
  CHECK_THROWS_AS(evaluation.read_makefile("/no/such/makefile"), Error);
}

TEST_CASE("environment, makefile, command line and override by strength") {
  Setup setup = plain_setup();
  setup.command_line_variables = {"X=cmd", "Y:=$(X)2"};
  Read read("X = file\noverride Y = over\nFROM_ENV = file\n", setup);
  CHECK(read.evaluation.value("X") == "cmd");
  CHECK(read.evaluation.value("Y") == "over");
  CHECK(read.evaluation.value("FROM_ENV") == "file");
  setup.environment_overrides = true;
  Read strong("FROM_ENV = file\n", setup);
  CHECK(strong.evaluation.value("FROM_ENV") == "env");
}

TEST_CASE("what recipes get in their environment") {
  Setup setup = plain_setup();
  setup.command_line_variables = {"CMD=a b"};
  setup.level = 2;
  setup.flags = "k";
  Read read("A = a\nexport E = <$(A)>\nexport odd.name = x\nunexport FROM_ENV\n", setup);
  const Environment environment = read.evaluation.recipe_environment();
  CHECK(!environment.contains("A"));
  CHECK(environment.find("E")->second == "<a>");
  CHECK(environment.find("odd.name")->second == "x");
  CHECK(environment.find("odd-name")->second == "odd");
  CHECK(!environment.contains("FROM_ENV"));
  CHECK(environment.find("CMD")->second == "a b");
  CHECK(environment.find("MAKELEVEL")->second == "3");
  CHECK(environment.find("MAKEFLAGS")->second == "k -- CMD=a\\ b");
  CHECK(environment.find("SHELL")->second == "/bin/csh");
  CHECK(read.evaluation.value("SHELL") == "/bin/sh");
}

TEST_CASE("scopes: inheritance, private and joined values") {
  Read read("A = global\nprivate G = g\n");
  const Evaluation& evaluation = read.evaluation;
  Scope parent;
  parent.outer_is_other_target = true;
  Scope child;
  child.outer = &parent;
  child.outer_is_other_target = true;
  const auto assign = [&](Scope& scope, std::string name, std::string value, bool append,
                          bool is_private) {
    TargetAssignment assignment{std::move(name), {}};
    assignment.variable.value = std::move(value);
    assignment.variable.is_append = append;
    assignment.variable.is_private = is_private;
    evaluation.assign(scope, assignment);
  };
  assign(parent, "A", "parent", true, false);
  assign(parent, "P", "private", false, true);
  assign(parent, "Q", "inherited", false, false);
  assign(child, "A", "child", true, false);
  assign(child, "A", "again", true, false);
  CHECK(evaluation.value("A", &parent) == "global parent");
  CHECK(evaluation.value("A", &child) == "global parent child again");
  CHECK(evaluation.value("P", &parent) == "private");
  CHECK(evaluation.value("P", &child) == "");
  CHECK(evaluation.value("Q", &child) == "inherited");
  CHECK(evaluation.value("G", &parent) == "");
  CHECK(evaluation.value("G") == "g");
}

TEST_CASE("endless recursion is an error") {
  CHECK(message_of("A = $(B)\nB = $(A)\nC := $(A)\n") ==
        "Recursive variable 'A' references itself (eventually)");
  CHECK(message_of("f = $(call f,$(1))\nA := $(call f,x)\n") ==
        "variable 'f' is nested too deeply");
}

TEST_CASE("a variable may be redefined while it is expanded") {
  Read read(
      "A = $(eval A := new)$(A)|old text that is too long for a short string\nB := $(A) $(A)\n");
  CHECK(read.evaluation.value("B") == "new|old text that is too long for a short string new");
}

TEST_CASE("an evaluation can go on after an error") {
  Read read("f = $(if $(1),$(error stop $(1)),fine)\n");
  CHECK_THROWS_AS(read.evaluation.expand("$(call f,x,y,z)"), Error);
  CHECK(read.evaluation.expand("$(call f,)") == "fine");
  CHECK(read.evaluation.expand("[$(2)]") == "[]");
}

TEST_CASE("errors of the syntax") {
  CHECK(message_of("A := $(B\n") == "unterminated variable reference");
  CHECK(message_of("A := $(subst a,b\n") == "unterminated call to function 'subst': missing ')'");
  CHECK(message_of("A := $(subst a,b)\n") ==
        "insufficient number of arguments (2) to function 'subst'");
  CHECK(message_of("ifeq (a,b\n") == "invalid syntax in conditional");
  CHECK(message_of("ifdef A\n") == "missing 'endif'");
  CHECK(message_of("define A\n") == "missing 'endef', unterminated 'define'");
  CHECK(message_of("\techo\n") == "recipe commences before first target");
  CHECK(message_of("a b\n") == "missing separator");
  CHECK(message_of("%.o a: b\n") == "mixed implicit and normal rules");
  CHECK(message_of("a &: b\n") == "grouped targets must provide a recipe");
}
