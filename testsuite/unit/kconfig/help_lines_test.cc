#include "kbx/kconfig/help_lines.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace kbx::kconfig;

namespace {

/// What is shown of the help text that `content` begins with.
std::string shown(std::string_view content) {
  return shown_help(content.substr(0, measure_help(content).size));
}

}  // namespace

TEST_CASE("a help text ends where a line is indented less than its first one") {
  CHECK(shown("\t  one\n\t two\n") == "one\n");
  CHECK(shown("\t  one\n\n\t  two\nconfig A\n") == "one\n\ntwo");
  CHECK(shown("\t  one\n \t \nconfig A\n") == "one\n");
  const HelpExtent by_indent = measure_help("  one\n two\n");
  CHECK(by_indent.size == 6);
  CHECK(by_indent.taken == 7);
  CHECK(by_indent.lines == 1);
  const HelpExtent by_word = measure_help("  one\n\nconfig A\n");
  CHECK(by_word.taken == 7);
  CHECK(by_word.lines == 2);
}

TEST_CASE("a tab is as wide as the next column of eight, and blanks at the ends of lines go") {
  CHECK(shown("    one \t\n\ttwo\n") == "one\n    two\n");
  CHECK(shown("  \tone\n        two") == "one\ntwo");
}

TEST_CASE("a help text at the end of a file") {
  CHECK(shown("").empty());
  CHECK(shown("  one") == "one");
  CHECK(shown("  one\n    ") == "one\n  ");
  CHECK(shown("one\n") == "one\n");
}

TEST_CASE("a help text that shows nothing is blank") {
  CHECK(is_blank_help(" \t\n \n"));
  CHECK(is_blank_help(std::string_view("  \0one", 6)));
  CHECK(!is_blank_help("  one"));
}
