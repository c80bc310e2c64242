#include "kbx/kernel/cross.h"

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"

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

TEST_CASE(
    "the tree's gcc that is not here is replaced by the toolchain's, and the line tells both") {
  const Scratch scratch;
  const Tree tree = foreign(scratch, "s390",
                            "CONFIG_CC_IS_GCC=y\nCONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=y\n"
                            "CONFIG_FUNCTION_ALIGNMENT=8\n"
                            "CONFIG_CC_VERSION_TEXT=\"s390x-linux-gnu-gcc-14 (Debian) 14.2.0\"\n");
  const Environment environment = {{"PATH", scratch.at("bin") + ":/usr/bin:/bin"}};
  const auto compiler = [&](const std::string& name, const std::string& refused) {
    scratch.file("bin/" + name,
                 "#!/bin/sh\ncase \"$*\" in --version) echo 'gcc (Debian) 9.9.0';; -dump*) echo "
                 "9.9.0;; *" +
                     refused + "*) exit 1;; esac\n",
                 0755);
  };
  compiler("s390x-none-linux-gnu-gcc-9", "none");
  const auto newest = stand_in_compiler(tree, "s390x-none-linux-gnu-", environment);
  REQUIRE(newest);
  CHECK(newest->wanted == "s390x-linux-gnu-gcc-14");
  CHECK(newest->command == "s390x-none-linux-gnu-gcc-9");
  compiler("s390x-none-linux-gnu-gcc", "none");
  const auto plain = stand_in_compiler(tree, "s390x-none-linux-gnu-", environment);
  REQUIRE(plain);
  CHECK(plain->command == "s390x-none-linux-gnu-gcc");
  ProbeCache cache("");
  CHECK(stand_in_note(*plain, tree, cache, environment) ==
        "s390x-linux-gnu-gcc-14, which this tree asks for, is not here: s390x-none-linux-gnu-gcc "
        "9.9.0 takes its place (package gcc-14-s390x-linux-gnu has it); the kernel was built with "
        "s390x-linux-gnu-gcc-14 (Debian) 14.2.0");

  compiler("s390x-none-linux-gnu-gcc", "-fmin-function");
  try {
    stand_in_note(*plain, tree, cache, environment);
    FAIL("a compiler that lacks a flag was taken");
  } catch (const Error& error) {
    CHECK(error.what() ==
          std::string("the compiler s390x-linux-gnu-gcc-14 was not found in PATH, and "
                      "s390x-none-linux-gnu-gcc 9.9.0 cannot take its place: it does not know "
                      "-fmin-function-alignment=8"));
    CHECK(error.hint().starts_with("install gcc-14-s390x-linux-gnu,"));
  }

  compiler("s390x-linux-gnu-gcc-14", "none");
  CHECK_FALSE(stand_in_compiler(tree, "s390x-none-linux-gnu-", environment));
}

TEST_CASE("a kernel of clang gets no gcc") {
  const Scratch scratch;
  const Tree tree = foreign(scratch, "s390",
                            "CONFIG_CC_IS_CLANG=y\nCONFIG_CC_VERSION_TEXT=\"Debian clang version "
                            "19.1.7\"\n");
  scratch.file("bin/s390x-linux-gnu-gcc", "", 0755);
  CHECK_FALSE(stand_in_compiler(tree, "s390x-linux-gnu-", {{"PATH", scratch.at("bin")}}));
}

TEST_CASE("a toolchain that was named is known as such") {
  CHECK(names_toolchain({"W=1", "CC=clang"}, {}));
  CHECK(names_toolchain({"CROSS_COMPILE:=x-"}, {}));
  CHECK(names_toolchain({}, {{"LLVM", "1"}}));
  CHECK_FALSE(names_toolchain({"CCFLAGS=x"}, {{"CC", "clang"}}));
}
