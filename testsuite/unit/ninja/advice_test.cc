#include "kbx/ninja/advice.h"

#include <doctest/doctest.h>

#include "kbx/base/file.h"
#include "kbx/base/path.h"

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
  for (const std::string& line : {gcc, clang}) {
    const std::string advice = advice_on(line, source, false);
    CHECK(advice.find("make -C " + top + " include/kx/version.h") != std::string::npos);
  }
  CHECK(advice_on("a.c:1:10: fatal error: other.h: No such file or directory", source, false)
            .empty());
  CHECK(advice_on("a.c:1:10: error: version.h", source, false).empty());
  remove_tree(top);
}
