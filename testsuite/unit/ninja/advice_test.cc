#include "kbx/ninja/advice.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"
#include "kbx/base/text.h"

using namespace kbx;
using namespace kbx::ninja;

TEST_CASE("a missing header that an outer makefile makes is named with its rule") {
  const std::string top = make_temporary_folder("/tmp", "kbx-advice-test-");
  const std::string source = join_path(top, "drivers/kx");
  make_folders(source);
  write_file_atomically(join_path(top, "dkms.conf"), "");
  write_file_atomically(join_path(top, "Makefile"),
                        "V := x:version.h\n# version.h: no\ninclude/kx/version.h: FORCE\n\t: a\n");
  write_file_atomically(join_path(source, "Makefile"), "obj-m := kx.o\nCFLAGS: X = version.h:\n");
  const std::string gcc = "a.c:1:10: fatal error: kx/version.h: No such file or directory";
  const std::string clang = "a.c:1:10: fatal error: 'kx/version.h' file not found";
  const auto advice_on = [&](const std::string& line) {
    return join(advice_on_failure({"In file included from a.c:", line}, source, Layout()), "\n");
  };
  for (const std::string& line : {gcc, clang})
    CHECK(advice_on(line).find("make -C " + top + " include/kx/version.h") != std::string::npos);
  CHECK(advice_on("a.c:1:10: fatal error: other.h: No such file or directory").empty());
  CHECK(advice_on("a.c:1:10: error: version.h").empty());
  remove_tree(top);
}

TEST_CASE("of much advice the first is told, and how much more there is") {
  const std::vector<std::string> twelve(12, "x");
  CHECK(as_many_as_are_read(twelve) == twelve);
  std::vector<std::string> many(14, "x");
  many = as_many_as_are_read(many);
  REQUIRE(many.size() == 13);
  CHECK(many.back() == "and 2 more of this kind");
}
