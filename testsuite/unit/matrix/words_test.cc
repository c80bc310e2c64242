#include "kbx/matrix/words.h"

#include <doctest/doctest.h>

using namespace kbx::matrix;

namespace {

std::string fault(std::string_view words) {
  return first_fault(words, {"/home/me/driver", "/usr/src/linux"}).to_string();
}

}  // namespace

TEST_CASE("the first error is told without the folders that everybody knows") {
  CHECK(fault("In file included from a.c:1:\n"
              "/home/me/driver/a.c:3:7: warning: unused variable 'x' [-Wunused-variable]\n"
              "/home/me/driver/a.c:12:3: error: 'y' undeclared\n"
              "/home/me/driver/a.c:14:3: error: 'z' undeclared\n") == "a.c:12: 'y' undeclared");
  CHECK(fault("./a.c:12: fatal error: b.h: No such file\n") == "a.c:12: b.h: No such file");
}

TEST_CASE("without an error the last line is told") {
  CHECK(fault("one\ntwo\n\n") == "two");
  CHECK(fault("") == "a command failed without a word");
}

TEST_CASE("an error inside a macro is told where the driver uses it") {
  const std::string_view words =
      "/usr/src/linux/include/linux/init.h:180:21: error: incompatible pointer type\n"
      "  180 | #define THIS_MODULE (&__this_module)\n"
      "      |                     ^\n"
      "/usr/src/linux/include/linux/outer.h:9:5: note: in expansion of macro 'THIS_MODULE'\n"
      "/home/me/driver/a.c:11:31: note: in expansion of macro 'OUTER'\n"
      "/usr/src/linux/include/linux/class.h:7:1: note: expected 'const char *'\n";
  CHECK(fault(words) == "a.c:11: incompatible pointer type");
  CHECK(fault("a.c:1:1: error: first\n"
              "a.c:2:1: error: second\n"
              "a.c:3:1: note: in expansion of macro 'X'\n") == "a.c:1: first");
}

TEST_CASE("warnings of compilers, checkers and modpost") {
  CHECK(is_warning("a.c:3:7: warning: unused variable"));
  CHECK(is_warning("WARNING: modpost: missing MODULE_LICENSE() in a.o"));
  CHECK(!is_warning("a.c:3:7: note: no warnings: here"));
}
