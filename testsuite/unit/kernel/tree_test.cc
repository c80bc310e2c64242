#include "kbx/kernel/tree.h"

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"
#include "kbx/kernel/layout.h"
#include "kbx/kernel/store.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

std::string message_of(const std::string& spec, const Places& places) {
  try {
    find_tree(spec, places);
  } catch (const Error& error) {
    return error.to_string();
  }
  return {};
}

std::string make_in(const std::string& folder) {
  Environment environment = current_environment();
  environment.erase("MAKEFLAGS");
  const CommandResult result =
      run({{"make", "-s", "--no-print-directory", "-C", folder}, "", &environment, ""});
  return std::string(trim(result.output));
}

}  // namespace

TEST_CASE("an unpacked Debian root gets an overlay that GNU make enters") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  const Tree tree = find_tree(scratch.at("root"), scratch.places());
  const std::string common = scratch.at("root/usr/src/linux-headers-6.1.0-1-test-common");
  CHECK(tree.redirected);
  CHECK(tree.release == "6.1.0-1-test");
  CHECK(tree.arch == "x86");
  CHECK(tree.root == scratch.at("root"));
  CHECK(tree.headers == scratch.at("root/usr/src/linux-headers-6.1.0-1-test"));
  CHECK(tree.srctree == common);
  CHECK(is_below(tree.objtree, scratch.at("overlays")));
  CHECK(make_in(tree.objtree) == tree.objtree + " " + common + " 6.1.0-1-test");
}

TEST_CASE("the objtree, its build link and its root name the same overlay") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  const std::string expected = find_tree(scratch.at("root"), scratch.places()).objtree;
  for (const char* spec :
       {"root/usr/src/linux-headers-6.1.0-1-test", "root/lib/modules/6.1.0-1-test",
        "root/lib/modules/6.1.0-1-test/build", "root/usr/src/../../"})
    CHECK(find_tree(scratch.at(spec), scratch.places()).objtree == expected);
}

TEST_CASE("KBUILD_OUTPUT of the stub names the overlay, not the tree") {
  const Scratch scratch;
  scratch.debian_tree("root", "7.3-test");
  scratch.file("root/usr/src/linux-headers-7.3-test/Makefile",
               "KBUILD_OUTPUT=/usr/src/linux-headers-7.3-test\n"
               "include /usr/src/linux-headers-7.3-test-common/Makefile\n");
  const Tree tree = find_tree(scratch.at("root"), scratch.places());
  CHECK(read_file(join_path(tree.objtree, "Makefile")) ==
        "KBUILD_OUTPUT=" + tree.objtree + "\ninclude " + tree.srctree + "/Makefile\n");
}

TEST_CASE("an overlay is reused, mended when damaged, and another when the tree changed") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  const Tree first = find_tree(scratch.at("root"), scratch.places());
  const auto stamp = stamp_of(first.objtree);
  CHECK(find_tree(scratch.at("root"), scratch.places()).objtree == first.objtree);
  CHECK(stamp_of(first.objtree) == stamp);

  write_file_atomically(join_path(first.objtree, ".tmp"), "left by make");
  CHECK(find_tree(scratch.at("root"), scratch.places()).objtree == first.objtree);
  CHECK(exists(join_path(first.objtree, ".tmp")));

  remove_file(join_path(first.objtree, "include"));
  CHECK(find_tree(scratch.at("root"), scratch.places()).objtree == first.objtree);
  CHECK(exists(join_path(first.objtree, "include/config/auto.conf")));

  scratch.file("overlays/.aside-killed/x", "left by a killed run");
  scratch.file(first.headers.substr(scratch.path().size() + 1) + "/Module.symvers", "");
  const Tree second = find_tree(scratch.at("root"), scratch.places());
  CHECK(second.objtree != first.objtree);
  CHECK(exists(join_path(second.objtree, "Module.symvers")));
  CHECK_FALSE(exists(scratch.at("overlays/.aside-killed")));
}

TEST_CASE("absolute links of the source tree get a stand-in too") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  const std::string common = "root/usr/src/linux-headers-6.1.0-1-test-common";
  remove_file(scratch.at(common + "/scripts"));
  scratch.link("/usr/lib/linux-kbuild-6.1/scripts", common + "/scripts");
  const Tree tree = find_tree(scratch.at("root"), scratch.places());
  CHECK(is_below(tree.srctree, scratch.at("overlays")));
  CHECK(exists(join_path(tree.srctree, "scripts/name")));
  CHECK(make_in(tree.objtree) == tree.objtree + " " + tree.srctree + " 6.1.0-1-test");
}

TEST_CASE("a tree without absolute references is used where it lies") {
  const Scratch scratch;
  scratch.file("linux/Makefile", "VERSION = 6\nPATCHLEVEL = 1\n# /usr/src/x\n");
  scratch.file("linux/.config", "CONFIG_ARM64=y\n");
  scratch.file("linux/include/config/kernel.release", "6.1.9\n");
  scratch.file("linux/arch/arm/Makefile", "");
  scratch.file("linux/arch/arm64/Makefile", "");
  const Tree tree = find_tree(scratch.at("linux"), scratch.places());
  CHECK_FALSE(tree.redirected);
  CHECK(tree.objtree == scratch.at("linux"));
  CHECK(tree.srctree == scratch.at("linux"));
  CHECK(tree.release == "6.1.9");
  CHECK(tree.arch == "arm64");
  CHECK_FALSE(exists(scratch.at("overlays")));
}

TEST_CASE("a relative include leads to the source tree") {
  const Scratch scratch;
  scratch.file("usr/src/linux-obj/x86_64/default/Makefile", "include ../../../linux/Makefile\n");
  scratch.file("usr/src/linux-obj/x86_64/default/.config", "");
  scratch.file("usr/src/linux/Makefile", "PATCHLEVEL = 4\n");
  const Tree tree = find_tree(scratch.path(), scratch.places());
  CHECK(tree.srctree == scratch.at("usr/src/linux"));
  CHECK_FALSE(tree.redirected);
}

TEST_CASE("an include that is computed leads to the source tree") {
  const Scratch scratch;
  scratch.file("source/Makefile", "VERSION = 9\nPATCHLEVEL = 9\n");
  scratch.file("objtree/Makefile",
               "here := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\n"
               "include $(here)../source/Makefile\n");
  scratch.file("objtree/include/config/auto.conf", "");
  CHECK(find_tree(scratch.at("objtree"), scratch.places()).srctree == scratch.at("source"));
}

TEST_CASE("a missing -common package is named") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  remove_tree(scratch.at("root/usr/src/linux-headers-6.1.0-1-test-common"));
  const std::string message = message_of(scratch.at("root"), scratch.places());
  CHECK(message.find("/Makefile:1: leads to /usr/src/linux-headers-6.1.0-1-test-common/Makefile") !=
        std::string::npos);
  CHECK(message.find("add the package linux-headers-6.1.0-1-test-common") != std::string::npos);
}

TEST_CASE("the source of an output folder from elsewhere is found beside it") {
  const Scratch scratch;
  const std::string stub = "include /buildbot/sandbox/common/Makefile\n";
  scratch.file("work/out/Makefile", stub);
  scratch.file("work/out/include/config/auto.conf", "CONFIG_X86=y\n");
  scratch.file("work/out/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1-t\"\n");
  CHECK_THROWS_AS(find_tree(scratch.at("work/out"), scratch.places()), Error);
  scratch.file("work/common/Makefile", stub);  // no source either
  CHECK_THROWS_AS(find_tree(scratch.at("work/out"), scratch.places()), Error);
  scratch.file("work/common/Makefile", "VERSION = 6\nPATCHLEVEL = 1\n");
  const Tree tree = find_tree(scratch.at("work/out"), scratch.places());
  CHECK(tree.srctree == scratch.at("work/common"));
  CHECK(read_file(join_path(tree.objtree, "Makefile")) ==
        "include " + scratch.at("work/common/Makefile") + "\n");
  CHECK(read_file(scratch.at("work/out/Makefile")) == stub);
}

TEST_CASE("a release is found on the machine by its build link or by its package") {
  const Scratch scratch;
  scratch.debian_tree("machine", "6.1.0-1-test");
  scratch.debian_tree("machine", "6.1.0-10-test");
  remove_tree(scratch.at("machine/lib/modules/6.1.0-10-test"));
  for (const char* release : {"6.1.0-1-test", "6.1.0-10-test"})
    CHECK(find_tree(release, scratch.places()).release == release);
  CHECK(message_of("6.1.0-2-test", scratch.places()).find("linux-headers-6.1.0-2-test") !=
        std::string::npos);
}

TEST_CASE("no spec means the running kernel, else the newest installed, else the newest stored") {
  const Scratch scratch;
  CHECK(message_of("", scratch.places()).find("linux-headers-6.9.9-running") != std::string::npos);
  scratch.debian_tree("elsewhere", "6.1.0-3-test");
  add_folder(scratch.places().store, scratch.at("elsewhere"));
  CHECK(find_tree("", scratch.places()).release == "6.1.0-3-test");
  scratch.debian_tree("machine", "6.1.0-9-test");
  scratch.debian_tree("machine", "6.1.0-10-test");
  CHECK(find_tree("", scratch.places()).release == "6.1.0-10-test");
  scratch.debian_tree("machine", "6.9.9-running");
  scratch.debian_tree("machine", "6.10-test");
  CHECK(find_tree("", scratch.places()).release == "6.9.9-running");
  const auto known = known_trees(scratch.places());
  REQUIRE(known.size() == 5);
  CHECK(known[0].release == "6.10-test");
  CHECK(known[1].running);
  CHECK(known[4].where == KnownTree::Where::registered);
}

TEST_CASE("a folder with several kernels, or none, is refused") {
  const Scratch scratch;
  scratch.debian_tree("root", "6.1.0-1-test");
  scratch.debian_tree("root", "6.1.0-2-test");
  CHECK(message_of(scratch.at("root"), scratch.places()).find("several kernels") !=
        std::string::npos);
  make_folders(scratch.at("empty"));
  CHECK(message_of(scratch.at("empty"), scratch.places()).find("no kernel headers") !=
        std::string::npos);
  CHECK(message_of(scratch.at("absent"), scratch.places()).find("no such folder") !=
        std::string::npos);
}

TEST_CASE("root_of takes the last place that packages install to") {
  CHECK(root_of("/r/usr/src/linux-headers-1") == "/r");
  CHECK(root_of("/usr/src/linux-headers-1") == "");
  CHECK(root_of("/usr/src/roots/a/usr/src/linux-headers-1") == "/usr/src/roots/a");
  CHECK(root_of("/r/usr/lib/modules/1/build") == "/r");
  CHECK(root_of("/r/lib/modules/1/build") == "/r");
  CHECK(root_of("/home/me/linux") == "");
}

TEST_CASE("releases compare by their numbers") {
  CHECK(compare_releases("6.1.0-9-amd64", "6.1.0-10-amd64") < 0);
  CHECK(compare_releases("6.12.1", "6.9.9") > 0);
}
