#include "kbx/symbols/md4.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using kbx::symbols::Md4;

namespace {

std::string digest_of(std::string_view text) {
  Md4 digest;
  for (const char c : text) digest.add(c);
  std::string shown;
  for (const std::uint32_t word : digest.finish())
    for (int shift = 0; shift < 32; shift += 8)
      shown += fmt::format("{:02x}", word >> shift & 0xff);
  return shown;
}

}  // namespace

TEST_CASE("the digests of RFC 1320, A.5") {
  CHECK(digest_of("") == "31d6cfe0d16ae931b73c59d7e0c089c0");
  CHECK(digest_of("a") == "bde52cb31de33e46245e05fbdbd6fb24");
  CHECK(digest_of("message digest") == "d9130a8164549fe818874806e1c7014b");
  CHECK(digest_of(
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "e33b4ddc9c38f2199c3e7b164fcc0536");
}
