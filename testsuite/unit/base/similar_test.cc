#include "kbx/base/similar.h"

#include <doctest/doctest.h>

using kbx::closest_name;
using kbx::edit_distance;

TEST_CASE("how far names are from each other") {
  CHECK(edit_distance("kfree", "kfree", 0) == 0);
  CHECK(edit_distance("kfreee", "kfree", 2) == 1);
  CHECK(edit_distance("kfree", "kkfree", 2) == 1);
  CHECK(edit_distance("strlcpy", "strscpy", 2) == 1);
  CHECK(edit_distance("kmalolc", "kmalloc", 2) == 1);
  CHECK(edit_distance("", "ab", 2) == 2);
  CHECK(edit_distance("ca", "abc", 3) == 3);
  CHECK(edit_distance("kitten", "sitting", 3) == 3);
}

TEST_CASE("what is farther than wanted is not told") {
  CHECK(!edit_distance("kitten", "sitting", 2));
  CHECK(!edit_distance("a", "abcd", 2));
  CHECK(!edit_distance("abcd", "wxyz", 3));
  CHECK(!edit_distance("a", "b", 0));
}

TEST_CASE("the closest of some names") {
  CHECK(closest_name("biuld", {"diff", "build", "built"}) == "build");
  CHECK(closest_name("build", {"built", "build"}) == "build");
  CHECK(closest_name("bulit", {"build", "built"}) == "built");
  CHECK(closest_name("kernal", {"kernels", "kernel"}) == "kernel");
  CHECK(closest_name("clean", {"build", "plan"}) == "plan");
  CHECK(closest_name("everything", {"build", "plan"}).empty());
  CHECK(closest_name("x", {"ld"}).empty());
  CHECK(closest_name("", {"ld"}).empty());
}
