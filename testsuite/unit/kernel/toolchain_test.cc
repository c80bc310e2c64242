#include "kbx/kernel/toolchain.h"

#include "scratch.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/base/text.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

/// A program that answers like a compiler, and counts how often it is asked.
void fake_compiler(const Scratch& scratch, const std::string& name, const std::string& text,
                   const std::string& version) {
  scratch.file(name,
               "#!/bin/sh\necho asked >> " + scratch.at("asked") +
                   "\ncase $1 in --version) echo '" + text +
                   "';; -dumpmachine) echo x86_64-linux-gnu;; -dumpfullversion) echo " + version +
                   ";; *) exit 1;; esac\n",
               0755);
}

Environment search(const Scratch& scratch, const std::string& folders) {
  std::string path;
  for (std::string_view folder : split(folders, ':')) path += scratch.at(std::string(folder)) + ":";
  return {{"PATH", path + "/usr/bin:/bin"}};
}

const std::string debian_gcc = "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0";

Compiler compiler(Compiler::Family family, const std::string& version, const std::string& text) {
  Compiler result;
  result.family = family;
  result.version = version;
  result.version_text = text;
  return result;
}

}  // namespace

TEST_CASE("a launcher in front is not the compiler, arguments are part of it") {
  const Scratch scratch;
  fake_compiler(scratch, "bin/mycc", debian_gcc, "12.2.0");
  const Environment environment = search(scratch, "bin");
  const CompilerPath plain = locate_compiler("mycc", environment);
  const CompilerPath launched = locate_compiler("ccache distcc mycc", environment);
  CHECK(plain.path == scratch.at("bin/mycc"));
  CHECK(launched.launcher == std::vector<std::string>{"ccache", "distcc"});
  CHECK(launched.identity == plain.identity);
  CHECK(locate_compiler("mycc -m32", environment).identity != plain.identity);
  CHECK(locate_compiler("no-such-compiler", environment).identity.empty());
  CHECK_THROWS_AS(locate_compiler("ccache", environment), Error);
  CHECK_THROWS_AS(locate_compiler("", environment), Error);
}

TEST_CASE("the identity changes with the binary, through links") {
  const Scratch scratch;
  fake_compiler(scratch, "real/gcc-12", debian_gcc, "12.2.0");
  scratch.link("../real/gcc-12", "bin/mycc");
  const Environment environment = search(scratch, "bin");
  const std::string before = locate_compiler("mycc", environment).identity;
  CHECK(locate_compiler("mycc", environment).resolved == scratch.at("real/gcc-12"));
  fake_compiler(scratch, "real/gcc-12", debian_gcc, "12.2.1");
  CHECK(locate_compiler("mycc", environment).identity != before);
}

TEST_CASE("a link to ccache is passed over") {
  const Scratch scratch;
  fake_compiler(scratch, "bin/mycc", debian_gcc, "12.2.0");
  scratch.file("tools/ccache", "#!/bin/sh\n", 0755);
  scratch.link("../tools/ccache", "masked/mycc");
  const CompilerPath found = locate_compiler("mycc", search(scratch, "masked:bin"));
  CHECK(found.path == scratch.at("masked/mycc"));
  CHECK(found.resolved == scratch.at("bin/mycc"));
}

TEST_CASE("a compiler is asked once") {
  const Scratch scratch;
  fake_compiler(scratch, "bin/mycc", debian_gcc, "12.2.0");
  const Environment environment = search(scratch, "bin");
  for (int time = 0; time < 2; ++time) {
    ProbeCache cache(scratch.at("probes"));
    const Compiler found =
        describe_compiler(locate_compiler("mycc", environment), cache, environment);
    CHECK(found.family == Compiler::Family::gcc);
    CHECK(found.version == "12.2.0");
    CHECK(found.major() == 12);
    CHECK(found.version_text == debian_gcc);
    CHECK(found.target == "x86_64-linux-gnu");
    cache.save();
  }
  CHECK(read_file(scratch.at("asked")) == "asked\nasked\nasked\n");
}

TEST_CASE("clang is told by its version text") {
  const Scratch scratch;
  fake_compiler(scratch, "bin/clang", "Debian clang version 14.0.6", "x");
  fake_compiler(scratch, "bin/broken", "", "");
  scratch.file("bin/dead", "#!/bin/sh\nexit 2\n", 0755);
  const Environment environment = search(scratch, "bin");
  ProbeCache cache("");
  const Compiler found =
      describe_compiler(locate_compiler("clang", environment), cache, environment);
  CHECK(found.family == Compiler::Family::clang);
  CHECK(found.version == "14.0.6");
  CHECK_THROWS_AS(describe_compiler(locate_compiler("dead", environment), cache, environment),
                  Error);
  CHECK_THROWS_AS(describe_compiler(locate_compiler("gone", environment), cache, environment),
                  Error);
}

TEST_CASE("the real compiler answers") {
  const Environment environment = current_environment();
  const CompilerPath where = locate_compiler("gcc", environment);
  if (where.identity.empty()) return;
  ProbeCache cache("");
  const Compiler found = describe_compiler(where, cache, environment);
  CHECK(found.major() > 4);
  CHECK(found.target.find("linux") != std::string::npos);
}

TEST_CASE("a kernel's compiler that differs only by name is the same") {
  Config config;
  config.values = {
      {"CONFIG_CC_IS_GCC", "y"},
      {"CONFIG_GCC_VERSION", "120200"},
      {"CONFIG_CC_VERSION_TEXT", "x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"}};
  CHECK(compare_compiler(compiler(Compiler::Family::gcc, "12.2.0", debian_gcc), config).same);
  CHECK(compare_compiler(compiler(Compiler::Family::gcc, "12.2.0", "cc (Other) 12.2.0"), config)
            .same);
  const CompilerMatch point =
      compare_compiler(compiler(Compiler::Family::gcc, "12.3.0", "gcc (D) 12.3.0"), config);
  CHECK_FALSE(point.same);
  CHECK(point.same_major);
  const CompilerMatch major =
      compare_compiler(compiler(Compiler::Family::gcc, "14.2.0", "gcc (D) 14.2.0"), config);
  CHECK_FALSE(major.same_major);
  CHECK(major.same_family);
  CHECK_FALSE(
      compare_compiler(compiler(Compiler::Family::clang, "14.0.6", "clang"), config).same_family);
  CHECK(compare_compiler(compiler(Compiler::Family::gcc, "9.1.0", "gcc 9"), Config()).same);
}

TEST_CASE("the compiler asked for is .kernelvariables', else the configuration's, else gcc") {
  const Scratch scratch;
  Tree tree;
  tree.objtree = scratch.path();
  Config config;
  CHECK(compiler_asked_for(tree, config) == "gcc");
  config.values["CONFIG_CC_VERSION_TEXT"] = debian_gcc;
  CHECK(compiler_asked_for(tree, config) == "gcc-12");
  const std::string cc =
      "CC = $(if $(DEBIAN_KERNEL_USE_CCACHE),$(CCACHE)) $(CROSS_COMPILE)gcc-11\n";
  scratch.file(
      ".kernelvariables",
      "override ARCH = x86\n" + cc + "ifneq ($(A),$(B))\noverride CROSS_COMPILE = $(T)-\nendif\n");
  CHECK(compiler_asked_for(tree, config) == "gcc-11");
  scratch.file(".kernelvariables", cc + "override CROSS_COMPILE = x86_64-linux-gnu-\n");
  CHECK(compiler_asked_for(tree, config) == "x86_64-linux-gnu-gcc-11");
  remove_file(scratch.at(".kernelvariables"));
  config.values["CONFIG_CC_IS_CLANG"] = "y";
  config.values["CONFIG_CC_VERSION_TEXT"] = "Debian clang version 14.0.6";
  CHECK(compiler_asked_for(tree, config) == "clang");
}
