#include "kbx/ninja/stamp.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "kbx/base/file.h"
#include "kbx/ninja/record.h"

using namespace kbx;
using namespace kbx::ninja;

namespace {

/// A state folder with a stamp about a file, a file that is not there, a wildcard and variables.
struct Stamped {
  Stamped() : folder(make_temporary_folder("/tmp", "kbx-stamp-test-")) {
    write_file_atomically(folder + "/build.ninja", "");
    write_file_atomically(folder + "/src/Kbuild", "obj-m := a.o\n");
    write_file_atomically(folder + "/src/odd \t\\name.c", "");
    inputs.files = {{folder + "/src/Kbuild", stamp_of(folder + "/src/Kbuild")},
                    {folder + "/src/Makefile", std::nullopt}};
    inputs.wildcards = {{folder + "/src/*.c", {folder + "/src/odd \t\\name.c"}}};
    inputs.environment = {{"ARCH", "x86\n"}, {"LLVM", std::nullopt}};
    environment = {{"ARCH", "x86\n"}, {"HOME", "/"}};
    write_stamp(folder, "hash", inputs);
  }
  ~Stamped() { remove_tree(folder); }
  Stamped(const Stamped&) = delete;
  Stamped& operator=(const Stamped&) = delete;

  bool is_fresh() const { return fresh(folder, "hash", environment); }

  std::string folder;
  kbuild::Inputs inputs;
  Environment environment;
};

}  // namespace

TEST_CASE("a stamp holds until something changes") {
  Stamped stamped;
  CHECK(stamped.is_fresh());
  CHECK_FALSE(fresh(stamped.folder, "other request", stamped.environment));
  SUBCASE("a file") {
    write_file_atomically(stamped.folder + "/src/Kbuild", "obj-m := b.o\n");
  }
  SUBCASE("a file that went") {
    remove_file(stamped.folder + "/src/Kbuild");
  }
  SUBCASE("a file that came") {
    write_file_atomically(stamped.folder + "/src/Makefile", "");
  }
  SUBCASE("a match more") {
    write_file_atomically(stamped.folder + "/src/b.c", "");
  }
  SUBCASE("a match less") {
    remove_file(stamped.folder + "/src/odd \t\\name.c");
  }
  SUBCASE("a variable") {
    stamped.environment["ARCH"] = "arm64";
  }
  SUBCASE("a variable that went") {
    stamped.environment.erase("ARCH");
  }
  SUBCASE("a variable that came") {
    stamped.environment["LLVM"] = "";
  }
  SUBCASE("no graph") {
    remove_file(stamped.folder + "/build.ninja");
  }
  SUBCASE("no stamp") {
    remove_stamp(stamped.folder);
  }
  CHECK_FALSE(stamped.is_fresh());
}

TEST_CASE("what the build itself makes does not count as a new match") {
  Stamped stamped;
  const std::string made = stamped.folder + "/src/kx.mod.c";
  Layout layout;
  layout.state = stamped.folder;
  write_record(layout, {"/m", "/m", {{made, "kx", false}}});
  write_file_atomically(made, "");
  CHECK(stamped.is_fresh());
  write_file_atomically(stamped.folder + "/src/other.c", "");
  CHECK_FALSE(stamped.is_fresh());
}

TEST_CASE("a torn or changed stamp is not fresh") {
  Stamped stamped;
  const std::string path = stamped.folder + "/stamp";
  const std::string whole = read_file(path);
  for (size_t length = 0; length < whole.size(); ++length) {
    write_file_atomically(path, whole.substr(0, length));
    REQUIRE_FALSE(stamped.is_fresh());
  }
  std::string changed = whole;
  changed[changed.find("none\t") + 6] ^= 1;
  write_file_atomically(path, changed);
  CHECK_FALSE(stamped.is_fresh());
  write_file_atomically(path, whole);
  CHECK(stamped.is_fresh());
}
