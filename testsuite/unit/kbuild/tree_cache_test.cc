#include "kbx/kbuild/tree_cache.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/pack.h"
#include "kbx/base/path.h"

using namespace kbx;
using namespace kbx::kbuild;
using kbx::test::TemporaryFolder;

namespace {

ProcessCall process(const std::string& driver, const Environment& environment) {
  ProcessCall call;
  call.makefile = "Makefile";
  call.setup.folder = "/kernel";
  call.setup.command_line_variables = {"M=" + driver};
  call.setup.environment = environment;
  return call;
}

ProcessCall next(const std::string& driver, Environment environment) {
  environment["CC"] = "gcc-12";
  environment["KBUILD_EXTMOD"] = driver;
  environment.erase("LC_ALL");
  ProcessCall call = process(driver, environment);
  call.makefile = "/kernel/scripts/Makefile.build";
  call.setup.command_line_variables.push_back("obj=" + driver);
  call.setup.level = 1;
  return call;
}

Inputs inputs_of(const std::string& file) {
  Inputs inputs;
  inputs.files.emplace_back(file, stamp_of(file));
  inputs.environment.emplace_back("ARCH", std::nullopt);
  return inputs;
}

}  // namespace

TEST_CASE("an answer serves every driver and every unrelated environment") {
  const TemporaryFolder scratch;
  const std::string makefile = scratch.path() + "/Makefile";
  write_file_atomically(makefile, "x");
  const Environment mine{{"PATH", "/bin"}, {"LC_ALL", "C"}};
  const TreeCache cache(scratch.path() + "/cache", mine, "/drivers/a");
  cache.remember(process("/drivers/a", mine), {next("/drivers/a", mine)}, inputs_of(makefile));

  const Environment yours{{"PATH", "/bin"}, {"LC_ALL", "C"}, {"SESSION", "7"}};
  const TreeCache other(scratch.path() + "/cache", yours, "/drivers/b");
  Inputs inputs;
  const auto calls = other.find(process("/drivers/b", yours), inputs);
  REQUIRE(calls);
  REQUIRE(calls->size() == 1);
  const makelang::Setup& setup = calls->front().setup;
  CHECK(setup.environment.at("KBUILD_EXTMOD") == "/drivers/b");
  CHECK(setup.environment.at("CC") == "gcc-12");
  CHECK(setup.environment.at("SESSION") == "7");
  CHECK_FALSE(setup.environment.contains("LC_ALL"));
  CHECK(setup.command_line_variables.back() == "obj=/drivers/b");
  CHECK(setup.level == 1);
  CHECK(inputs.files.size() == 1);
}

TEST_CASE("another variable, a changed file or a variable that was looked at is another question") {
  const TemporaryFolder scratch;
  const std::string makefile = scratch.path() + "/Makefile";
  write_file_atomically(makefile, "x");
  const Environment mine{{"PATH", "/bin"}};
  const TreeCache cache(scratch.path() + "/cache", mine, "/d");
  cache.remember(process("/d", mine), {next("/d", mine)}, inputs_of(makefile));
  Inputs inputs;
  CHECK(cache.find(process("/d", mine), inputs));
  ProcessCall changed = process("/d", mine);
  changed.setup.command_line_variables.push_back("W=1");
  CHECK_FALSE(cache.find(changed, inputs));
  const Environment with_arch{{"PATH", "/bin"}, {"ARCH", "arm64"}};
  CHECK_FALSE(
      TreeCache(scratch.path() + "/cache", with_arch, "/d").find(process("/d", with_arch), inputs));
  write_file_atomically(makefile, "longer");
  CHECK_FALSE(cache.find(process("/d", mine), inputs));
}

TEST_CASE("a damaged answer is none") {
  const TemporaryFolder scratch;
  const std::string makefile = scratch.path() + "/Makefile";
  write_file_atomically(makefile, "x");
  const Environment mine{{"PATH", "/bin"}};
  const std::string folder = scratch.path() + "/cache";
  const TreeCache cache(folder, mine, "/d");
  cache.remember(process("/d", mine), {next("/d", mine)}, inputs_of(makefile));
  const std::string file = join_path(folder, list_folder(folder).at(0));
  const std::string content = read_file(file);
  Inputs inputs;
  for (const size_t length : {size_t{0}, size_t{1}, content.size() / 2, content.size() - 1}) {
    write_file_atomically(file, content.substr(0, length));
    CHECK_FALSE(cache.find(process("/d", mine), inputs));
  }
  for (size_t at = 0; at < content.size(); at += 7) {
    std::string other = content;
    other[at] = static_cast<char>(other[at] ^ 0x20);
    write_file_atomically(file, other);
    CHECK_FALSE(cache.find(process("/d", mine), inputs));
  }
  write_file_atomically(file, R"({"format":1,"inputs":{},"calls":7})");
  CHECK_FALSE(cache.find(process("/d", mine), inputs));
  // Sound as a file, but it says less than it should, or more.
  constexpr size_t line = sizeof "kbx tree 2 00000000000000000000000000000000";
  for (const std::string& body :
       {std::string(), content.substr(line, content.size() / 2), content.substr(line) + "x"}) {
    write_file_atomically(file, sealed("kbx tree 2", body));
    CHECK_FALSE(cache.find(process("/d", mine), inputs));
  }
  write_file_atomically(file, content);
  CHECK(cache.find(process("/d", mine), inputs));
}
