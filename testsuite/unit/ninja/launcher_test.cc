#include "kbx/ninja/launcher.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::ninja;

namespace {

/// What goes before a command of a compile.
std::string call_before(const std::string& command, const std::string& launcher = "ccache",
                        kbuild::ActionKind kind = kbuild::ActionKind::compile) {
  kbuild::Action action;
  action.kind = kind;
  Layout layout;
  layout.kbx = "/bin/kbx";
  layout.launcher = launcher;
  layout.shadow = "/out/.kbx/tree";
  return launch_call(action, command, layout);
}

std::optional<LaunchFigures> figures_of(const std::string& launcher, const std::string& record) {
  const test::TemporaryFolder folder;
  folder.file("launches", record);
  return read_launches(launcher, folder.path());
}

}  // namespace

TEST_CASE("a launcher runs what makes an object, and nothing else") {
  CHECK(call_before("gcc -c -o a.o a.c") ==
        "/bin/kbx step launch --launcher ccache --shadow /out/.kbx/tree -- ");
  CHECK(call_before("gcc -c -o a.o a.c ; objtool a.o") != "");
  CHECK(call_before("gcc -E a.c") == "");
  CHECK(call_before("gcc a.c ; other -c") == "");
  CHECK(call_before("CCACHE=1 gcc -c a.c") == "");
  CHECK(call_before("$(which gcc) -c a.c") == "");
  CHECK(call_before("gcc -c -o a.o a.c", "") == "");
  CHECK(call_before("gcc -c -o a.o a.c", "ccache", kbuild::ActionKind::custom) == "");
}

TEST_CASE("only a cache on this machine gets another name for the shadow") {
  CHECK(call_before("gcc -c a.c", "distcc") == "/bin/kbx step launch --launcher distcc -- ");
  CHECK(call_before("gcc -c a.c", "sccache") == "/bin/kbx step launch --launcher sccache -- ");
  CHECK(call_before("gcc -c a.c", "/opt/bin/ccache --x") ==
        "/bin/kbx step launch --launcher '/opt/bin/ccache --x' --shadow /out/.kbx/tree -- ");
  CHECK(with_shadow_named("/proc/self/fd/100/a.c:1: warning", "/out/.kbx/tree") ==
        "/out/.kbx/tree/a.c:1: warning");
}

TEST_CASE("a compiler that is called by the launcher already is left alone") {
  CHECK(call_before("ccache gcc -c a.c") == "");
  CHECK(call_before("/usr/bin/ccache gcc -c a.c") == "");
  CHECK(call_before("distcc gcc -c a.c") != "");
}

TEST_CASE("ccache's counters") {
  const auto figures =
      figures_of("ccache",
                 "# a.c\ncache_miss\ndirect_cache_miss\n# b.c\ndirect_cache_hit\n"
                 "# c.c\npreprocessed_cache_hit\n# d.c\ncalled_for_preprocessing\n");
  REQUIRE(figures);
  CHECK(figures->to_string() == "ccache had 2 of 3 compiles");
  CHECK(!figures_of("ccache", ""));
}

TEST_CASE("distcc's log") {
  const auto figures = figures_of("/usr/bin/distcc",
                                  "distcc[1] compile from a.c to a.o\n"
                                  "distcc[1] exec on b:3632/1: gcc -c a.c\n"
                                  "distcc[1] compile a on b.c on b:3632/1 completed ok\n"
                                  "distcc[2] compile c.c on localhost completed ok\n");
  REQUIRE(figures);
  CHECK(*figures == LaunchFigures{"distcc", 2, 1, true});
  CHECK(figures->to_string() == "distcc sent 1 of 2 compiles to other machines");
}

TEST_CASE("icecc's log") {
  const auto figures = figures_of("icecc",
                                  "ICECC[1] 10:00:00: Have to use host 10.0.0.2:10245 - Job ID: 1\n"
                                  "ICECC[2] 10:00:00: building myself, but telling localhost\n");
  REQUIRE(figures);
  CHECK(*figures == LaunchFigures{"icecc", 2, 1, true});
}

TEST_CASE("a launcher of which nothing is known tells nothing") {
  CHECK(!figures_of("wrapper", "# a.c\ndirect_cache_hit\n"));
  CHECK(launch_environment("wrapper", "/f", {}).empty());
}

TEST_CASE("a log that the user asked for stays theirs") {
  CHECK(launch_environment("ccache", "/f", {}) == Environment{{"CCACHE_STATSLOG", "/f/launches"}});
  CHECK(launch_environment("ccache", "/f", {{"CCACHE_STATSLOG", "/mine"}}).empty());
}

TEST_CASE("a launcher that is not there is refused before anything is made") {
  CHECK_NOTHROW(check_launcher("", {}));
  CHECK_NOTHROW(check_launcher("sh -x", {{"PATH", "/usr/bin:/bin"}}));
  CHECK_THROWS_AS(check_launcher("no-such-launcher", {{"PATH", "/usr/bin:/bin"}}), Error);
}
