#include <doctest/doctest.h>

#include "kbx/makelang/globals.h"

using namespace kbx::makelang;

namespace {

std::string many_lines() {
  std::string text = "# made\n\n";
  for (int i = 0; i < 400; ++i) text += "NAME_" + std::to_string(i) + "=some value\n";
  return text;
}

}  // namespace

TEST_CASE("plain definitions are found by name, the last one of several") {
  const auto file = PlainDefinitions::of(many_lines() + "NAME_3=  again \nEMPTY=");
  REQUIRE(file);
  CHECK(file->find("NAME_0")->value == "some value");
  CHECK(file->find("NAME_0")->line == 3);
  CHECK(file->find("NAME_3")->value == "again ");
  CHECK(file->find("NAME_3")->line == 403);
  CHECK(file->find("EMPTY")->value.empty());
  CHECK_FALSE(file->find("NAME_400"));
  CHECK_FALSE(file->find(""));
}

TEST_CASE("what is no plain file stays with its owner") {
  for (const char* line : {"A := b\n", "A = b\n", "A=b # c\n", "A=b \\\nc\n", "# c \\\nA=b\n",
                           "a: b\n", "export A\n", "A.b=c\n", "\tA=b\n", "=b\n", "A\n"}) {
    CAPTURE(line);
    const std::string text = many_lines() + line;
    std::string given = text;
    CHECK_FALSE(PlainDefinitions::of(std::move(given)));
    CHECK(given == text);
  }
}

TEST_CASE("the same text is indexed once") {
  PlainFiles files;
  const auto first = files.get(many_lines());
  CHECK(first == files.get(many_lines()));
  CHECK(first != files.get(many_lines() + "A=b\n"));
}

TEST_CASE("a plain variable comes to be when it is asked for") {
  Globals globals;
  globals.make("NAME_1").value = "was here before";
  globals.add(PlainDefinitions::of(many_lines()), 7);
  CHECK(globals.asked_for().size() == 1);
  CHECK(globals.find("NAME_1")->value == "was here before");
  Variable* variable = globals.find("NAME_2");
  REQUIRE(variable);
  CHECK(variable->value == "some value");
  CHECK(variable->where == SourceRef{7, 5});
  CHECK(globals.find("NAME_2") == variable);
  globals.drop("NAME_2");
  CHECK_FALSE(globals.find("NAME_2"));
  CHECK(globals.all().size() == 399);
  globals.add(PlainDefinitions::of(many_lines()), 8);
  CHECK(globals.find("NAME_2")->where == SourceRef{8, 5});
}
