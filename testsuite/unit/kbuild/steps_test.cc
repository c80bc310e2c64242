#include "kbx/kbuild/steps.h"

#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kbuild;

namespace {

/// The steps that a recipe text of a makefile with kbuild's helpers comes to.
std::vector<Step> steps(const std::string& definitions, const std::string& recipe) {
  makelang::Setup setup;
  setup.folder = "/tmp";
  makelang::Evaluation evaluation(setup, {});
  evaluation.read_text(definitions);
  describe_commands(evaluation);
  std::vector<makelang::CommandLine> lines;
  const std::string text = evaluation.expand(recipe);
  size_t start = 0;
  for (size_t end = 0; end != std::string::npos; start = end + 1) {
    end = text.find('\n', start);
    makelang::CommandLine line;
    line.text = text.substr(start, end == std::string::npos ? end : end - start);
    lines.push_back(std::move(line));
    if (end == std::string::npos) break;
  }
  return steps_of(lines);
}

}  // namespace

TEST_CASE("a rule of several commands becomes as many steps, empty ones left out") {
  const auto result = steps(
      "cmd_cc = cc -c x.c\nquiet_cmd_cc = CC x.o\ncmd_check =\n"
      "define rule_cc\n\t$(call cmd_and_fixdep,cc)\n\t$(call cmd,check)\n\t$(call cmd,nm)\nendef\n"
      "cmd_nm = nm x.o | grep -q y\n",
      "$(call if_changed_rule,cc)");
  REQUIRE(result.size() == 2);
  CHECK(result[0].name == "cc");
  CHECK(result[0].text == "cc -c x.c");
  CHECK(result[0].quiet == "CC x.o");
  CHECK(result[0].save == Step::Save::dependencies);
  CHECK(result[1].name == "nm");
  CHECK(result[1].save == Step::Save::nothing);
}

TEST_CASE("if_changed saves the command; arguments of the call reach it") {
  const auto result = steps("cmd_ld = ld -o $(1)\n", "$(call if_changed,ld)");
  REQUIRE(result.size() == 1);
  CHECK(result[0].text == "ld -o ld");
  CHECK(result[0].save == Step::Save::command);
}

TEST_CASE("plain text beside a described command stays a step of its own") {
  const auto result = steps("cmd_a = one\n", "touch t; $(call cmd,a)");
  REQUIRE(result.size() == 2);
  CHECK(result[0].name.empty());
  CHECK(result[0].text == "touch t;");
  CHECK(result[1].text == "one");
}

TEST_CASE("a command of several lines keeps them") {
  const auto result = steps("define cmd_two\none\ntwo\nendef\n", "$(call cmd,two)");
  REQUIRE(result.size() == 1);
  CHECK(result[0].text == "one\ntwo");
}

TEST_CASE("lines that do nothing are no steps") {
  CHECK(steps("", ":").empty());
  CHECK(steps("", "true").empty());
}
