#include "kbx/kbuild/shadow.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

using namespace kbx;
using namespace kbx::kbuild;
using kbx::test::TemporaryFolder;

namespace {

bool is_link(const std::string& path) {
  char buffer[8];
  return ::readlink(path.c_str(), buffer, sizeof buffer) >= 0;
}

}  // namespace

TEST_CASE("a shadow has folders for folders and links for files, and what lies beside the driver") {
  const TemporaryFolder scratch;
  scratch.file("project/driver/a.c");
  scratch.file("project/driver/sub/b.c");
  scratch.file("project/include/x.h", "header");
  const std::string project = scratch.path() + "/project";
  const std::string root = scratch.path() + "/shadow";
  update_shadow(root, project, {project + "/driver"}, {});
  CHECK(is_link(root + "/driver/a.c"));
  CHECK_FALSE(is_link(root + "/driver/sub"));
  CHECK(is_link(root + "/driver/sub/b.c"));
  CHECK(read_file(root + "/driver/../include/x.h") == "header");
}

TEST_CASE("outputs stay, links of removed sources go, a new source takes the place of an output") {
  const TemporaryFolder scratch;
  const std::string gone = scratch.file("driver/gone.c");
  scratch.file("driver/a.c");
  const std::string source = scratch.path() + "/driver";
  const std::string root = scratch.path() + "/shadow";
  update_shadow(root, source, {source}, {});
  write_file_atomically(root + "/a.o", "object");
  write_file_atomically(root + "/made.h", "generated");
  remove_file(gone);
  scratch.file("driver/made.h", "source");
  update_shadow(root, source, {source}, {});
  CHECK_FALSE(exists(root + "/gone.c"));
  CHECK(read_file(root + "/a.o") == "object");
  CHECK(read_file(root + "/made.h") == "source");
}

TEST_CASE("output folders have no image, so a shadow below the driver does not hold itself") {
  const TemporaryFolder scratch;
  scratch.file("driver/a.c");
  const std::string source = scratch.path() + "/driver";
  const std::string root = source + "/kbx-out/6.1/.kbx/tree";
  update_shadow(root, source, {source}, {source + "/kbx-out/6.1"});
  CHECK(exists(root + "/a.c"));
  CHECK_FALSE(exists(root + "/kbx-out"));
}

TEST_CASE("the anchor is the root of the work tree") {
  const TemporaryFolder scratch;
  scratch.file("repo/.git/HEAD");
  scratch.file("repo/drivers/net/a.c");
  CHECK(shadow_anchor(scratch.path() + "/repo/drivers/net") == scratch.path() + "/repo");
}

TEST_CASE("a folder behind a link is found, and mirrored once it is a source") {
  const TemporaryFolder scratch;
  scratch.file("top/driver/main.c");
  scratch.file("top/shared/part.c");
  const std::string top = scratch.path() + "/top";
  const std::string root = scratch.path() + "/shadow";
  REQUIRE(::symlink("../shared", (top + "/driver/common").c_str()) == 0);
  update_shadow(root, top, {top + "/driver"}, {});
  CHECK(folder_behind_link(root, root + "/driver").empty());
  CHECK(folder_behind_link(root, scratch.path()).empty());
  CHECK(folder_behind_link(root, root + "/shared") == top + "/shared");
  CHECK(folder_behind_link(root, root + "/shared/deep") == top + "/shared/deep");
  const std::string common = folder_behind_link(root, root + "/driver/common");
  CHECK(common == top + "/driver/common");
  const auto read = update_shadow(root, top, {top + "/driver", common}, {});
  CHECK(read.contains(common));
  CHECK_FALSE(is_link(root + "/driver/common"));
  CHECK(is_link(root + "/driver/common/part.c"));
  CHECK(is_link(root + "/shared"));
  CHECK(folder_behind_link(root, root + "/driver/common").empty());
}
