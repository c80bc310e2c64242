#include "kbx/base/text.h"

#include <doctest/doctest.h>

using namespace kbx;

TEST_CASE("numbers and sizes as people read them") {
  CHECK(counted(1, "module") == "1 module");
  CHECK(counted(0, "module") == "0 modules");
  CHECK(size_text(1) == "1 KiB");
  CHECK(size_text(1024 * 1024 + 1) == "1025 KiB");
  CHECK(size_text(10 * 1024 * 1024 + 1) == "11 MiB");
}
