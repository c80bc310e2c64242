#include "kbx/kbuild/explain.h"

#include <map>

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

using namespace kbx;
using namespace kbx::kbuild;

namespace {

/// A make process that starts another one, as the kernel's top Makefile starts Makefile.build.
struct TwoProcesses {
  TwoProcesses(const std::string& top, const std::string& inner)
      : folder(make_temporary_folder("/tmp", "kbx-explain-test-")) {
    write_file_atomically(join_path(folder, "Makefile"), top);
    write_file_atomically(join_path(folder, "inner.mk"), inner);
  }
  ~TwoProcesses() { remove_tree(folder); }
  TwoProcesses(const TwoProcesses&) = delete;
  TwoProcesses& operator=(const TwoProcesses&) = delete;

  /// "word" or, if it comes more than once, "word", "word#2", …, to "file:line variable".
  std::map<std::string, std::string> origins_of(const std::string& text,
                                                const std::vector<std::string>& command_line) {
    makelang::Setup setup;
    setup.folder = folder;
    setup.command_line_variables = command_line;
    makelang::Evaluation outer(setup, {});
    REQUIRE(outer.read_makefile("Makefile"));
    setup.environment = outer.recipe_environment();
    setup.level = 1;
    std::vector<SeenVariable>* recorded = nullptr;
    makelang::Hooks hooks;
    hooks.trace = [&](std::string_view name, const makelang::Variable& variable) {
      if (recorded) recorded->push_back({std::string(name), variable});
    };
    makelang::Evaluation inner(setup, hooks);
    REQUIRE(inner.read_makefile("inner.mk"));
    std::vector<SeenVariable> seen;
    recorded = &seen;
    const std::string command = inner.expand(text);
    recorded = nullptr;
    std::map<std::string, std::string> result;
    for (const WordOrigin& origin : word_origins(command, {&outer, &inner}, nullptr, seen)) {
      std::string key = origin.word;
      for (int n = 2; result.contains(key); ++n) key = origin.word + "#" + std::to_string(n);
      const std::string file = base_name(origin.where.file);
      result[key] =
          (origin.where.file.empty() ? "" : file + ":" + std::to_string(origin.where.line) + " ") +
          origin.variable;
      if (origin.origin == makelang::Origin::command_line) result[key] += " (command line)";
    }
    return result;
  }

  std::string folder;
};

}  // namespace

TEST_CASE("a flag that came through the environment belongs to the Makefile that exported it") {
  TwoProcesses processes("KBUILD_CFLAGS := -Wall\nKBUILD_CFLAGS += -O2\nexport KBUILD_CFLAGS\n",
                         "KBUILD_CFLAGS += -DLATE\nc_flags = $(KBUILD_CFLAGS)\n");
  auto origins = processes.origins_of("cc $(c_flags)", {});
  CHECK(origins["-Wall"] == "Makefile:1 KBUILD_CFLAGS");
  CHECK(origins["-O2"] == "Makefile:2 KBUILD_CFLAGS");
  CHECK(origins["-DLATE"] == "inner.mk:1 KBUILD_CFLAGS");
  CHECK(origins["cc"] == "");
}

TEST_CASE("a flag that was assigned by way of another variable belongs to that one") {
  TwoProcesses processes(
      "KBUILD_CFLAGS := -Wall\nKBUILD_CFLAGS += $(KCFLAGS)\nexport KBUILD_CFLAGS\n",
      "c_flags = $(KBUILD_CFLAGS)\n");
  auto origins = processes.origins_of("$(c_flags)", {"KCFLAGS=-DMINE"});
  CHECK(origins["-DMINE"] == "KCFLAGS (command line)");
  CHECK(origins["-Wall"] == "Makefile:1 KBUILD_CFLAGS");
}

TEST_CASE("of several equal flags each has its own place") {
  TwoProcesses processes("KBUILD_CFLAGS := -Wall\nexport KBUILD_CFLAGS\n",
                         "ccflags-y := -Wall\nc_flags = $(KBUILD_CFLAGS) $(ccflags-y)\n");
  auto origins = processes.origins_of("$(c_flags)", {});
  CHECK(origins["-Wall"] == "Makefile:1 KBUILD_CFLAGS");
  CHECK(origins["-Wall#2"] == "inner.mk:1 ccflags-y");
}

TEST_CASE("a word with a reference inside belongs to the innermost text that makes it") {
  TwoProcesses processes("export TOP := /top\n",
                         "path = $(TOP)/include\nflags = -I$(path)\nall = $(flags) -x\n");
  auto origins = processes.origins_of("$(all)", {});
  CHECK(origins["-I/top/include"] == "inner.mk:2 flags");
  CHECK(origins["-x"] == "inner.mk:3 all");
}
