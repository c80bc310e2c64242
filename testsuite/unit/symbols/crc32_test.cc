#include "kbx/symbols/crc32.h"

#include <string>

#include <doctest/doctest.h>

using namespace kbx::symbols;

TEST_CASE("the check value of CRC-32") {
  CHECK(~crc32_continue(crc32_start, "123456789") == 0xcbf43926);
}

TEST_CASE("a checksum does not depend on how the text is cut") {
  const std::string text = "struct list_head { struct list_head * next , * prev ; } ";
  const std::uint32_t whole = crc32_continue(crc32_start, text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    CHECK(crc32_continue(crc32_continue(crc32_start, text.substr(0, cut)), text.substr(cut)) ==
          whole);
}
