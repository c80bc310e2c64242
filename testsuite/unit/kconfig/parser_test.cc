#include "kbx/kconfig/parser.h"

#include "testsuite/unit/kconfig/given.h"
#include <doctest/doctest.h>

#include "kbx/kconfig/help_lines.h"

using namespace kbx;
using namespace kbx::kconfig;
using kbx::test::Given;

TEST_CASE("strings take quotes of both kinds and backslashes, and end with their line") {
  Given given("config A\n\tstring 'a \"b\" \\'c'\nconfig B\n\tstring \"open\n");
  CHECK(!given.is_refused);
  CHECK(given.symbol("A").properties->text == "a \"b\" 'c");
  CHECK(given.symbol("B").properties->text == "open");
  CHECK(given.messages() == "Kconfig:4:warning: multi-line strings not supported\n");
}

TEST_CASE("a help text ends where it is indented less, and keeps its inner indentation") {
  Given given("config A\n\tbool\n\thelp\n\t  one\n\t    two\n\n\t  three\nconfig B\n\tbool\n");
  CHECK(shown_help(given.symbol("A").definitions.front()->help) == "one\n  two\n\nthree");
  CHECK(given.symbol("B").type == Type::boolean);
}

TEST_CASE("a statement that does not fit is told with its line, and the next one is read") {
  Given given("config A\n\tbool\n\tfrobnicate\nconfig B\n\tdepends A\n\tbool\n");
  CHECK(given.is_refused);
  CHECK(given.messages().find("Kconfig:3: syntax error\n") != std::string::npos);
  CHECK(given.messages().find("Kconfig:5: ") != std::string::npos);
}

TEST_CASE("blocks within each other have a limit, which is told with the line of the block") {
  std::string text;
  for (int i = 0; i < 6000; ++i) text += "menu \"m\"\n";
  Given given(text);
  CHECK(given.is_refused);
  CHECK(given.messages() == "Kconfig:5001: error: more than 5000 blocks within each other\n");
}

TEST_CASE("a file may neither include itself nor, in newer trees, be included twice") {
  test::TemporaryFolder folder;
  const std::string other = folder.file("other", "config A\n\tbool\n");
  const std::string text = "source \"" + other + "\"\nsource \"" + other + "\"\n";
  CHECK(Given(text).messages() == "Kconfig:2: error: repeated inclusion of " + other +
                                      "\nKconfig:1: note: location of first inclusion of " + other +
                                      "\n");
  Dialect older;
  older.one_inclusion_per_file = false;
  CHECK(!Given(text, older).is_refused);

  const std::string itself = folder.at("itself");
  folder.file("itself", "\nsource \"" + itself + "\"\n");
  Given loop("source \"" + itself + "\"\n");
  CHECK(loop.is_refused);
  CHECK(loop.messages().find("included from: " + itself + ":2\n") != std::string::npos);
}

TEST_CASE("a folder is no Kconfig file") {
  test::TemporaryFolder folder;
  Given given("\n\nsource \"" + folder.path() + "\"\n");
  CHECK(given.is_refused);
  CHECK(given.messages() == "Kconfig:3: can't open file \"" + folder.path() + "\"\n");
}
