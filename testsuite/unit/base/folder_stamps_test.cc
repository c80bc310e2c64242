#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/file.h"

using namespace kbx;

TEST_CASE("stamps by folder are those of the files") {
  const test::TemporaryFolder folder;
  std::vector<std::string> paths = {folder.path(),
                                    folder.path() + "/",
                                    "/",
                                    folder.at("not"),
                                    folder.at("x/not"),
                                    "relative",
                                    folder.at("a/../b/f"),
                                    folder.at("file/f"),
                                    "",
                                    folder.file("file", "1"),
                                    folder.file("b/f", "22")};
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    paths.push_back(folder.file("many/" + number + "/f", number));
  }
  REQUIRE(::symlink("b/f", folder.at("link").c_str()) == 0);
  REQUIRE(::symlink("b", folder.at("linked").c_str()) == 0);
  REQUIRE(::symlink("nowhere", folder.at("dangling").c_str()) == 0);
  for (const char* name : {"link", "linked/f", "dangling", "linked"})
    paths.push_back(folder.at(name));
  FolderStamps stamps;
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK(stamps.of(path) == stamp_of(path));
  }
  CHECK(stamps.of(folder.at("link")));
  CHECK_FALSE(stamps.of(folder.at("not")));
}
