#include "kbx/base/symlink.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

using namespace kbx;
using kbx::test::TemporaryFolder;

TEST_CASE(
    "a link is placed where nothing, a file or another link is, and stays if it is the same") {
  const TemporaryFolder folder;
  const std::string link = folder.at("link");
  CHECK(!read_link(link));
  write_file_atomically(link, "a file");
  CHECK(!read_link(link));
  place_link("one", link);
  CHECK(read_link(link) == "one");
  place_link("two", link);
  CHECK(read_link(link) == "two");
  place_link("two", link);
  CHECK(list_folder(folder.path()) == std::vector<std::string>{"link"});
}

TEST_CASE("a link cannot take the place of a folder, and nothing is left of the attempt") {
  const TemporaryFolder folder;
  make_folders(folder.at("taken"));
  CHECK_THROWS_AS(place_link("one", folder.at("taken")), Error);
  CHECK(list_folder(folder.path()) == std::vector<std::string>{"taken"});
}
