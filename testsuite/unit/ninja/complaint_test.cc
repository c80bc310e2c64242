#include "kbx/ninja/complaint.h"

#include <doctest/doctest.h>

using namespace kbx::ninja;
using About = Complaint::About;

namespace {

/// The only complaint of these lines.
Complaint only(const std::vector<std::string>& lines) {
  const std::vector<Complaint> found = complaints_in(lines);
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace

TEST_CASE("names that are not declared, as gcc and clang say it") {
  const char* const lines[] = {
      "a.c:1:2: error: implicit declaration of function 'gone'; did you mean 'done'? [-Werror]",
      "a.c:1:2: error: implicit declaration of function \u2018gone\u2019 [-Werror]",
      "a.c:1:2: error: implicit declaration of function 'gone' is invalid in C99 [-Werror]",
      "a.c:1:2: error: call to undeclared function 'gone'; ISO C99 and later do not support",
      "a.c:1:2: error: 'gone' undeclared (first use in this function)",
      "a.c:1:2: error: use of undeclared identifier 'gone'; did you mean 'done'?",
      "a.c:1:2: error: unknown type name 'gone'",
      "a.c:1:2: error: invalid application of 'sizeof' to incomplete type 'struct gone'",
      "a.c:1:2: error: incomplete definition of type 'struct gone'",
  };
  for (const char* line : lines) CHECK(only({line}) == Complaint{About::name, "gone", "", ""});
}

TEST_CASE("members with the struct they are not in") {
  const char* const lines[] = {
      "a.c:1:2: error: 'struct request' has no member named 'rq_disk'",
      "a.c:1:2: error: 'const struct request' has no member named 'rq_disk'; did you mean 'x'?",
      "a.c:1:2: error: 'req_t' {aka 'struct request'} has no member named 'rq_disk'",
      "a.c:1:2: error: no member named 'rq_disk' in 'struct request'",
      "error: field designator 'rq_disk' does not refer to any field in type 'struct request'",
  };
  for (const char* line : lines)
    CHECK(only({line}) == Complaint{About::member, "rq_disk", "request", ""});
}

TEST_CASE("functions with other arguments, and what cannot be assigned to") {
  const Complaint arguments{About::arguments, "class_create", "", ""};
  CHECK(only({"a.c:1:2: error: too many arguments to function 'class_create'"}) == arguments);
  CHECK(only({"a.c:1:2: error: too few arguments to function 'class_create'"}) == arguments);
  CHECK(only({"a.c:1:2: error: macro \"class_create\" passed 2 arguments, but takes just 1"}) ==
        arguments);
  CHECK(only({"a.c:1:2: error: passing argument 1 of 'class_create' from incompatible pointer "
              "type"}) == arguments);
  CHECK(only({"a.c:1:2: error: too many arguments to function call, expected single argument "
              "'name', have 2 arguments",
              "        c = class_create(THIS_MODULE, \"x\");", "            ~~~~ ^~~",
              "class.h:9:1: note: 'class_create' declared here"}) == arguments);
  CHECK(only({"a.c:1:2: error: assignment of read-only member 'vm_flags'"}) ==
        Complaint{About::read_only, "vm_flags", "", ""});
  CHECK(only({"a.c:1:2: error: cannot assign to non-static data member 'vm_flags' with "
              "const-qualified type 'const vm_flags_t'"}) ==
        Complaint{About::read_only, "vm_flags", "", ""});
}

TEST_CASE("a function of another type, and the member that it was meant for") {
  const Complaint remove{About::pointer, "remove", "", "void (*)(struct device *)"};
  CHECK(only({"a.c:1:2: error: initialization of 'void (*)(struct device *)' from incompatible "
              "pointer type 'int (*)(struct device *)' [-Werror=incompatible-pointer-types]",
              "    9 | static struct bus b = { .remove = old };",
              "      |                                   ^~~",
              "a.c:1:2: note: (near initialization for 'b.remove')"}) == remove);
  CHECK(only({"a.c:1:2: error: initialization of 'void (*)(struct device *)' from incompatible "
              "pointer type 'int (*)(struct device *)'",
              "a.c:1:2: note: (near initialization for 'b.driver.remove')"}) == remove);
  CHECK(only({"a.c:1:2: error: assignment to 'void (*)(struct device *)' from incompatible pointer "
              "type 'int (*)(struct device *)'",
              "    9 |   bus->remove = old;"}) == remove);
  CHECK(only({"a.c:1:2: error: incompatible function pointer types initializing 'void (*)(struct "
              "device *)' with an expression of type 'int (struct device *)'",
              "        .remove = old,"}) == remove);
}

TEST_CASE("headers that are not there") {
  const Complaint header{About::header, "linux/genhd.h", "", ""};
  CHECK(only({"a.c:1:2: fatal error: linux/genhd.h: No such file or directory"}) == header);
  CHECK(only({"a.c:1:2: fatal error: 'linux/genhd.h' file not found"}) == header);
}

TEST_CASE("each complaint once, in their order, and nothing of what is no error") {
  const std::vector<Complaint> found = complaints_in(
      {"a.c:1:2: error: unknown type name 'b'", "a.c:1:2: warning: unknown type name 'w'",
       "a.c:3:2: error: 'a' undeclared (first use in this function)",
       "a.c:9:2: error: unknown type name 'b'", "a.c:9:2: error: expected ';' before '}' token",
       "a.c:9:2: error: '", "error: no member named '", "make: error: "});
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "b");
  CHECK(found[1].name == "a");
}
