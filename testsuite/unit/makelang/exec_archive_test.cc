#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/makelang/resolve_archive.h"

using namespace kbx;
using namespace kbx::makelang;

namespace {

/// A header of ar(5): name, time and size in their columns.
std::string header(const std::string& name, const std::string& time, size_t size) {
  std::string text(60, ' ');
  text.replace(0, name.size(), name);
  text.replace(16, time.size(), time);
  const std::string digits = std::to_string(size);
  text.replace(48, digits.size(), digits);
  text[58] = '`';
  text[59] = '\n';
  return text;
}

}  // namespace

TEST_CASE("names of archive members") {
  const auto name = archive_name("lib.a(x.o)");
  REQUIRE(name);
  CHECK(name->archive == "lib.a");
  CHECK(name->member == "x.o");
  CHECK(!archive_name("lib.a"));
  CHECK(!archive_name("(x.o)"));
  CHECK(!archive_name("lib.a()"));
}

TEST_CASE("times of archive members") {
  const std::string folder = make_temporary_folder("/tmp", "kbx-archive-");
  const std::string path = folder + "/lib.a";
  const std::string names = "a_very_long_member_name.o/\n ";
  write_file_atomically(path, "!<arch>\n" + header("//", "", names.size()) + names +
                                  header("x.o/", "17", 3) + "abc\n" + header("/0", "18", 2) + "ab");
  CHECK(archive_member_time(path, "x.o") == 17);
  CHECK(archive_member_time(path, "a_very_long_member_name.o") == 18);
  CHECK(!archive_member_time(path, "y.o"));
  CHECK(!archive_member_time(folder + "/none.a", "x.o"));
  CHECK(touch_archive_member(path, "x.o", 99));
  CHECK(archive_member_time(path, "x.o") == 99);
  CHECK(archive_member_time(path, "a_very_long_member_name.o") == 18);
  write_file_atomically(path, "!<arch>\n" + header("x.o/", "17", 4000) + "abc\n");
  CHECK(!archive_member_time(path, "x.o"));
  remove_tree(folder);
}
