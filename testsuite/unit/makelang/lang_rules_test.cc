#include <algorithm>

#include <doctest/doctest.h>

#include "kbx/makelang/evaluation.h"

using namespace kbx;
using namespace kbx::makelang;

namespace {

Setup bare_setup() {
  Setup setup;
  setup.folder = "/";
  setup.built_in_rules = setup.built_in_variables = false;
  return setup;
}

std::string names_of(const std::vector<Prerequisite>& prerequisites) {
  std::string text;
  for (const Prerequisite& entry : prerequisites)
    text += (entry.order_only ? "|" : " ") + entry.name;
  return text;
}

}  // namespace

TEST_CASE("explicit rules are merged, with the prerequisites of the recipe's rule first") {
  Evaluation evaluation(bare_setup(), {});
  evaluation.read_text("a: b\na: c | d\n\techo \\\n\t$@\na: e ; late\n", {1, 1});
  const Target* target = evaluation.rules().find("a");
  REQUIRE(target);
  REQUIRE(target->rules.size() == 1);
  CHECK(names_of(target->rules[0].prerequisites) == " e c|d b");
  CHECK(target->rules[0].recipe->lines[0].text == " late");
  CHECK(evaluation.rules().default_goal == "a");
}

TEST_CASE("double-colon rules stay apart") {
  Evaluation evaluation(bare_setup(), {});
  evaluation.read_text("a:: b ; one\na:: c ; two\n", {1, 1});
  CHECK(evaluation.rules().find("a")->rules.size() == 2);
  CHECK_THROWS_AS(evaluation.read_text("a: d\n", {1, 3}), Error);
}

TEST_CASE("static pattern rules, grouped targets and archive members") {
  Evaluation evaluation(bare_setup(), {});
  evaluation.read_text(
      "x/a.o b.o: %.o: %.c all.h ; cc\ng h &: i ; both\nlib(m n): %.x\ncolon\\:name: q\\ r\n",
      {1, 1});
  const RuleBook& book = evaluation.rules();
  CHECK(book.find("x/a.o")->rules[0].stem == "x/a");
  CHECK(names_of(book.find("x/a.o")->rules[0].prerequisites) == " x/a.c all.h");
  REQUIRE(book.find("g")->rules[0].peers);
  CHECK(*book.find("h")->rules[0].peers == std::vector<std::string>{"g", "h"});
  CHECK(book.find("lib(n)"));
  CHECK(names_of(book.find("colon:name")->rules[0].prerequisites) == " q r");
}

TEST_CASE("second expansion waits, in order") {
  Evaluation evaluation(bare_setup(), {});
  evaluation.read_text(".SECONDEXPANSION:\na: first\na: $$@.x | $$(o)\nb.o: %.o: %.c $$(d_$$*)\n",
                       {1, 1});
  const TargetRule& rule = evaluation.rules().find("a")->rules[0];
  CHECK(rule.prerequisites.empty());
  REQUIRE(rule.deferred_prerequisites.size() == 2);
  CHECK(names_of(rule.deferred_prerequisites[0].names) == " first");
  CHECK(rule.deferred_prerequisites[1].text == "$@.x | $(o)");
  const TargetRule& fixed = evaluation.rules().find("b.o")->rules[0];
  REQUIRE(fixed.deferred_prerequisites.size() == 1);
  CHECK(fixed.deferred_prerequisites[0].text == "$*.c $(d_$*)");
}

TEST_CASE("special targets") {
  Evaluation evaluation(bare_setup(), {});
  evaluation.read_text(".PHONY: clean\n.PRECIOUS: %.i\n.SILENT:\n.DEFAULT: ; x\n", {1, 1});
  const RuleBook& book = evaluation.rules();
  CHECK(book.find("clean")->phony);
  CHECK(book.is_special(".PRECIOUS", "a.i"));
  CHECK(!book.is_special(".PRECIOUS", "a.o"));
  CHECK(book.is_special(".SILENT", "anything"));
  CHECK(!book.is_special(".IGNORE", "anything"));
  CHECK(book.default_recipe);
}

TEST_CASE("suffix rules become pattern rules, and built-in pattern rules come last") {
  Setup setup;
  setup.folder = "/";
  Evaluation evaluation(setup, {});
  evaluation.read_text(".SUFFIXES: .foo\n.foo.o: ; mine\n%.o: %.c\n%.z: %.y ; z\n", {1, 1});
  convert_suffix_rules(evaluation.rules());
  const std::vector<PatternRule>& rules = evaluation.rules().patterns;
  const auto place = [&](const std::string& target, const std::string& prerequisite) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const PatternRule& rule) {
      return rule.targets[0] == target && !rule.prerequisites.empty() &&
             rule.prerequisites[0].name == prerequisite;
    });
    return found - rules.begin();
  };
  const auto count = static_cast<std::ptrdiff_t>(rules.size());
  CHECK(place("%.z", "%.y") < place("%.o", "%.foo"));
  CHECK(place("%.o", "%.foo") < place("%.out", "%"));
  CHECK(place("%.out", "%") < count);
  // Cancelled: the rule without a recipe stands where the built-in one would be.
  REQUIRE(place("%.o", "%.c") < count);
  CHECK(!rules[static_cast<size_t>(place("%.o", "%.c"))].recipe);
  CHECK(evaluation.rules().complete);
}

TEST_CASE("match_pattern") {
  std::string_view stem;
  CHECK(match_pattern("a%c", "abbc", &stem));
  CHECK(stem == "bb");
  CHECK(!match_pattern("ab%bc", "abc"));
  CHECK(match_pattern("plain", "plain"));
  CHECK(match_pattern("a\\%b", "a%b"));
  CHECK(!match_pattern("a\\%b", "axb"));
}
