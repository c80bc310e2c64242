#include <set>

#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/makelang/evaluation.h"
#include "kbx/makelang/resolve.h"

using namespace kbx::makelang;
using Names = std::vector<std::string>;

namespace {

/// A reading of some makefile text in a folder that holds exactly `files`.
struct Reading {
  std::set<std::string> files;
  Evaluation evaluation;
  std::unique_ptr<Resolver> resolver;

  explicit Reading(std::string_view text, std::set<std::string> present = {})
      : files(std::move(present)), evaluation(setup(), {}) {
    evaluation.read_text(text);
    convert_suffix_rules(evaluation.rules());
    resolver = std::make_unique<Resolver>(evaluation, [this](const std::string& path) {
      return path.starts_with("/w/") && files.contains(path.substr(3));
    });
  }

  static Setup setup() {
    Setup setup;
    setup.folder = "/w";
    setup.built_in_rules = false;
    setup.built_in_variables = false;
    return setup;
  }

  Resolved one(const std::string& target) {
    const auto rules = resolver->resolve(target, nullptr);
    REQUIRE(rules.size() == 1);
    return rules[0];
  }
  Names commands(const Resolved& rule) {
    const Scope* scope = resolver->scope_of(rule.made_together.at(0), nullptr);
    const Scope automatic = automatic_scope(rule, {}, scope);
    Names texts;
    for (const CommandLine& line : expand_recipe(evaluation, rule, automatic))
      texts.push_back(line.text);
    return texts;
  }
};

Names names(const Resolved& rule) {
  Names result;
  for (const Prerequisite& prerequisite : rule.prerequisites)
    result.push_back(prerequisite.order_only ? "|" + prerequisite.name : prerequisite.name);
  return result;
}

}  // namespace

TEST_CASE("an explicit rule is merged from all that name the target") {
  Reading reading("a: b | d\na: c ; cc -o $@ $^ # $| $+ $<\n", {"b", "c", "d"});
  const Resolved rule = reading.one("a");
  CHECK(!rule.implicit);
  CHECK(names(rule) == Names{"c", "b", "|d"});
  CHECK(reading.commands(rule) == Names{"cc -o a c b # d c b c"});
}

TEST_CASE("nothing is known of a file without a rule") {
  Reading reading("a: b\n", {"b"});
  CHECK(reading.resolver->resolve("b", nullptr).empty());
  CHECK(reading.resolver->resolve("x", nullptr).empty());
}

TEST_CASE("a pattern rule needs prerequisites that exist or can be made") {
  const char* text = "%.o: %.c ; cc $< -o $@\n%.o: %.S ; as $< -o $@\n%.c: %.y ; yacc $<\n";
  Reading assembler(text, {"d/x.S"});
  const Resolved from_s = assembler.one("d/x.o");
  CHECK(from_s.implicit);
  CHECK(from_s.stem == "d/x");
  CHECK(assembler.commands(from_s) == Names{"as d/x.S -o d/x.o"});
  Reading chain(text, {"x.y"});
  const Resolved from_c = chain.one("x.o");
  CHECK(from_c.intermediates);
  CHECK(chain.commands(from_c) == Names{"cc x.c -o x.o"});
  CHECK(chain.commands(chain.one("x.c")) == Names{"yacc x.y"});
}

TEST_CASE("the shortest stem wins, then the first rule") {
  Reading reading("%.o: %.c ; long\nlib%.o: %.c ; short\n%.x: %.c ; first\n%.x: %.c ; second\n",
                  {"foo.c", "libfoo.c"});
  CHECK(reading.commands(reading.one("libfoo.o")) == Names{"short"});
  CHECK(reading.commands(reading.one("foo.x")) == Names{"second"});  // replaced
}

TEST_CASE("targets of one pattern rule are made together") {
  Reading reading("%.tab.c %.tab.h: %.y ; bison $<\n", {"p.y"});
  CHECK(reading.one("p.tab.h").made_together == Names{"p.tab.h", "p.tab.c"});
}

TEST_CASE("double-colon rules stay apart") {
  Reading reading("a:: b ; one\na:: c ; two\n", {"b", "c"});
  const auto rules = reading.resolver->resolve("a", nullptr);
  REQUIRE(rules.size() == 2);
  CHECK(names(rules[0]) == Names{"b"});
  CHECK(names(rules[1]) == Names{"c"});
  CHECK(rules[0].double_colon);
}

TEST_CASE("second expansion sees automatic variables and the stem") {
  Reading reading(
      ".SECONDEXPANSION:\nm-y := p q\nm: $$($$@-y) ; ld $^\n%.z: $$(addsuffix .i,$$*) ; $<\n",
      {"p", "q", "u/v.i"});
  CHECK(names(reading.one("m")) == Names{"p", "q"});
  CHECK(names(reading.one("u/v.z")) == Names{"u/v.i"});
}

TEST_CASE("vpath finds prerequisites") {
  Reading reading("vpath %.c src\n%.o: %.c ; cc $<\n", {"src/a.c"});
  CHECK(reading.commands(reading.one("a.o")) == Names{"cc src/a.c"});
}

TEST_CASE("variables of a target, of its pattern and of the target that asked") {
  Reading reading("V := g\nall: V := a\na.o: W := o\n%.o: X := p\na.o: ; $V $W $X\nall: a.o\n");
  const Scope* all = reading.resolver->scope_of("all", nullptr);
  const auto rules = reading.resolver->resolve("a.o", all);
  REQUIRE(rules.size() == 1);
  CHECK(reading.commands(rules[0]) == Names{"a o p"});
}

TEST_CASE("recipe lines carry their prefixes and where they stand") {
  Reading reading(
      "define two\n@one\n-two\nendef\nMAKE := make\na:\n\t-@x\n\t$(two)\n\t$(MAKE) y\n\t\n\techo "
      "\\\n\tz\n");
  const Resolved rule = reading.one("a");
  const Scope automatic = automatic_scope(rule, {}, nullptr);
  const auto lines = expand_recipe(reading.evaluation, rule, automatic);
  REQUIRE(lines.size() == 5);
  CHECK((lines[0].silent && lines[0].ignore_errors && !lines[0].always));
  CHECK((lines[1].silent && !lines[1].ignore_errors));
  CHECK((lines[2].ignore_errors && !lines[2].silent && lines[2].text == "two"));
  CHECK((lines[3].always && lines[3].text == "make y"));
  CHECK(lines[4].text == "echo \\\nz");
}
