#include "kbx/kernel/cross.h"

#include "scratch.h"
#include <doctest/doctest.h>

using namespace kbx;
using namespace kbx::kernel;

namespace {

/// A tree of an architecture that this machine certainly has not, with a configuration.
Tree foreign(const Scratch& scratch, const std::string& arch, const std::string& config) {
  scratch.file("tree/.config", config);
  Tree tree;
  tree.objtree = tree.srctree = scratch.at("tree");
  tree.arch = arch;
  return tree;
}

}  // namespace

TEST_CASE("the configuration decides between the triplets of an architecture") {
  const Scratch scratch;
  const auto package = [&](const std::string& arch, const std::string& config) {
    return cross_package(foreign(scratch, arch, config));
  };
  CHECK(package("s390", "") == "gcc-s390x-linux-gnu");
  CHECK(package("powerpc", "CONFIG_PPC64=y\nCONFIG_CPU_LITTLE_ENDIAN=y\n") ==
        "gcc-powerpc64le-linux-gnu");
  CHECK(package("powerpc", "CONFIG_PPC64=y\n") == "gcc-powerpc64-linux-gnu");
  CHECK(package("powerpc", "") == "gcc-powerpc-linux-gnu");
  CHECK(package("mips", "CONFIG_64BIT=y\nCONFIG_CPU_LITTLE_ENDIAN=y\n") ==
        "gcc-mips64el-linux-gnuabi64");
  CHECK(package("mips", "") == "gcc-mips-linux-gnu");
  CHECK(package("nothing", "").empty());
}

TEST_CASE("the toolchain that is in PATH is taken, whatever its version and vendor") {
  const Scratch scratch;
  const Tree tree = foreign(scratch, "s390", "");
  const Environment environment = {{"PATH", scratch.at("bin")}};
  CHECK_FALSE(cross_prefix(tree, environment));
  scratch.file("bin/s390x-buildroot-linux-gnu-gcc", "", 0755);
  CHECK(cross_prefix(tree, environment) == "s390x-buildroot-linux-gnu-");
  scratch.file("bin/s390x-linux-gnu-gcc-12", "", 0755);
  CHECK(cross_prefix(tree, environment) == "s390x-linux-gnu-");
  CHECK_FALSE(cross_prefix(tree, {}));
}

TEST_CASE("a toolchain that was named is known as such") {
  CHECK(names_toolchain({"W=1", "CC=clang"}, {}));
  CHECK(names_toolchain({"CROSS_COMPILE:=x-"}, {}));
  CHECK(names_toolchain({}, {{"LLVM", "1"}}));
  CHECK_FALSE(names_toolchain({"CCFLAGS=x"}, {{"CC", "clang"}}));
}
