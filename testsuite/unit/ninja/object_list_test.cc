#include "kbx/ninja/object_list.h"

#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::ninja;

namespace {

kbuild::Action list_action(const std::string& text) {
  kbuild::Action action;
  action.folder = "/tree";
  action.outputs = {"/m/a.mod"};
  action.steps = {{"mod", text, "", kbuild::Step::Save::command, false}};
  return action;
}

std::optional<std::string> list(const std::string& text) {
  return object_list_text(list_action(text));
}

}  // namespace

TEST_CASE("a list of words is known without its command") {
  CHECK(list("printf '%s\\n'   a.o b-c.o a.o | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod") ==
        "/m/a.o\n/m/b-c.o\n");
  CHECK(list("printf '%s\\n' a.o | /usr/bin/gawk '!x[$0]++ { print(\"\"$0) }' > /m/a.mod") ==
        "a.o\n");
  CHECK(list("{  echo /m/a.o /m/b.o;  echo; } > /m/a.mod") == "/m/a.o /m/b.o\n\n");
}

TEST_CASE("a list that is more than its words is its command's") {
  for (const std::string text :
       {"printf '%s\\n' a.o | awk '{ print }' > /m/a.mod",
        "printf '%s\\n' a.o | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/b.mod",
        "printf '%s\\n' $x | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod",
        "printf '%s\\n' -v | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod",
        "printf '%s\\n' | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod",
        "printf '%s\\n' *.o | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod",
        "printf '%s\\n' a.o | awk '!x[$0]++ { print(\"/m\"\"$0) }' > /m/a.mod",
        "printf '%s ' a.o | awk '!x[$0]++ { print(\"/m/\"$0) }' > /m/a.mod",
        "{ echo /m/a.o; nm /m/a.o; echo; } > /m/a.mod", "{ echo -n a.o; echo; } > /m/a.mod",
        "{ echo a.o; echo; } >> /m/a.mod", "{ echo; echo; } > /m/a.mod", "> /m/a.mod", ""})
    CHECK_MESSAGE(!list(text), text);
  kbuild::Action other = list_action("{ echo a.o; echo; } > /m/a.mod");
  CHECK(object_list_text(other));
  other.steps.front().name = "other";
  CHECK_FALSE(object_list_text(other));
}
