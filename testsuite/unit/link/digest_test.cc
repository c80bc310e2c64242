#include "kbx/link/output/digest.h"

#include <cstdio>
#include <string>

#include <doctest/doctest.h>

namespace {

using namespace kbx::link;

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
    text += digits;
  }
  return text;
}

}  // namespace

TEST_CASE("a digest of parts is that of the whole") {
  CHECK(hexadecimal(sha1({"abc"})) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hexadecimal(sha1({"a", "", "bc"})) == hexadecimal(sha1({"abc"})));
  CHECK(hexadecimal(md5({"message digest"})) == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(hexadecimal(md5({"message", " digest"})) == hexadecimal(md5({"message digest"})));
  CHECK(hexadecimal(sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(hexadecimal(md5({})) == "d41d8cd98f00b204e9800998ecf8427e");
}
