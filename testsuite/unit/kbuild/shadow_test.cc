#include "kbx/kbuild/shadow.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

using namespace kbx;
using namespace kbx::kbuild;

namespace {

struct Scratch {
  std::string folder = make_temporary_folder("/tmp", "kbx-unit-");
  ~Scratch() { remove_tree(folder); }
  std::string write(const std::string& name, const std::string& content = "x") const {
    write_file_atomically(folder + "/" + name, content);
    return folder + "/" + name;
  }
};

bool is_link(const std::string& path) {
  char buffer[8];
  return ::readlink(path.c_str(), buffer, sizeof buffer) >= 0;
}

}  // namespace

TEST_CASE("a shadow has folders for folders and links for files, and what lies beside the driver") {
  const Scratch scratch;
  scratch.write("project/driver/a.c");
  scratch.write("project/driver/sub/b.c");
  scratch.write("project/include/x.h", "header");
  const std::string project = scratch.folder + "/project";
  const std::string root = scratch.folder + "/shadow";
  update_shadow(root, project, {project + "/driver"}, {});
  CHECK(is_link(root + "/driver/a.c"));
  CHECK_FALSE(is_link(root + "/driver/sub"));
  CHECK(is_link(root + "/driver/sub/b.c"));
  CHECK(read_file(root + "/driver/../include/x.h") == "header");
}

TEST_CASE("outputs stay, links of removed sources go, a new source takes the place of an output") {
  const Scratch scratch;
  const std::string gone = scratch.write("driver/gone.c");
  scratch.write("driver/a.c");
  const std::string source = scratch.folder + "/driver";
  const std::string root = scratch.folder + "/shadow";
  update_shadow(root, source, {source}, {});
  write_file_atomically(root + "/a.o", "object");
  write_file_atomically(root + "/made.h", "generated");
  remove_file(gone);
  scratch.write("driver/made.h", "source");
  update_shadow(root, source, {source}, {});
  CHECK_FALSE(exists(root + "/gone.c"));
  CHECK(read_file(root + "/a.o") == "object");
  CHECK(read_file(root + "/made.h") == "source");
}

TEST_CASE("output folders have no image, so a shadow below the driver does not hold itself") {
  const Scratch scratch;
  scratch.write("driver/a.c");
  const std::string source = scratch.folder + "/driver";
  const std::string root = source + "/kbx-out/6.1/.kbx/tree";
  update_shadow(root, source, {source}, {source + "/kbx-out/6.1"});
  CHECK(exists(root + "/a.c"));
  CHECK_FALSE(exists(root + "/kbx-out"));
}

TEST_CASE("the anchor is the root of the work tree") {
  const Scratch scratch;
  scratch.write("repo/.git/HEAD");
  scratch.write("repo/drivers/net/a.c");
  CHECK(shadow_anchor(scratch.folder + "/repo/drivers/net") == scratch.folder + "/repo");
}
