#include "kbx/link/relocate/deletions.h"

#include <string>

#include <doctest/doctest.h>

using kbx::link::Deletions;

TEST_CASE("deletions: what goes, and where the rest is then") {
  Deletions deletions;
  deletions.add(8, 2);
  deletions.add(2, 4);
  deletions.add(6, 0);
  CHECK(deletions.finish(12));
  CHECK(deletions.total() == 6);
  std::string content = "0123456789ab";
  deletions.take_out(content.data(), content.size());
  CHECK(content.substr(0, 6) == "0167ab");
  CHECK(deletions.moved(0) == 0);
  CHECK(deletions.moved(2) == 2);
  CHECK(deletions.moved(6) == 2);
  CHECK(deletions.moved(8) == 4);
  CHECK(deletions.moved(10) == 4);
  CHECK(deletions.moved(12) == 6);
}

TEST_CASE("deletions: what spans them becomes smaller, what starts behind does not") {
  Deletions deletions;
  deletions.add(4, 4);
  CHECK(deletions.finish(16));
  CHECK(deletions.resized(0, 16, 16) == 12);
  CHECK(deletions.resized(4, 8, 16) == 4);
  CHECK(deletions.resized(0, 4, 16) == 4);
  CHECK(deletions.resized(8, 8, 16) == 8);
  CHECK(deletions.resized(0, 17, 16) == 17);
}

TEST_CASE("deletions: what overlaps, or is not there, is not deleted") {
  Deletions overlapping;
  overlapping.add(0, 4);
  overlapping.add(2, 4);
  CHECK(!overlapping.finish(16));
  Deletions outside;
  outside.add(14, 4);
  CHECK(!outside.finish(16));
  Deletions beside;
  beside.add(0, 4);
  beside.add(4, 4);
  CHECK(beside.finish(8));
  CHECK(beside.moved(8) == 0);
}
