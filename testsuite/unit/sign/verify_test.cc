#include "kbx/sign/verify.h"

#include <string>

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>

#include "kbx/base/error.h"
#include "kbx/sign/sign.h"

using namespace kbx;
using namespace kbx::sign;

TEST_CASE("a trailer is taken apart into what was put together") {
  const std::string file = "content" + trailer_for("message");
  const SignedFile parts = read_trailer(file);
  CHECK(parts.state == SignatureState::present);
  CHECK(parts.content == "content");
  CHECK(parts.message == "message");
  CHECK(read_trailer("content").state == SignatureState::absent);
  CHECK(read_trailer("content").content == "content");
  CHECK(read_trailer("").state == SignatureState::absent);
}

TEST_CASE("a trailer that cannot be is broken, whatever it claims") {
  const std::string mark = "~Module signature appended~\n";
  CHECK(read_trailer(mark).state == SignatureState::broken);
  CHECK(read_trailer(std::string(12, '\0') + mark).state == SignatureState::broken);
  const auto with_byte = [&](std::size_t at, char value) {
    std::string file = "content" + trailer_for("message");
    file[std::string_view("contentmessage").size() + at] = value;
    return read_trailer(file).state;
  };
  CHECK(with_byte(2, 1) == SignatureState::unsupported);
  for (const unsigned at : {0U, 1U, 3U, 4U, 5U, 6U, 7U})
    CHECK(with_byte(at, 1) == SignatureState::broken);
  CHECK(with_byte(8, '\x7f') == SignatureState::broken);
  // As long as all before it: nothing would be left to sign.
  CHECK(with_byte(11, 14) == SignatureState::broken);
  CHECK(with_byte(11, 13) == SignatureState::present);
}

TEST_CASE("a message that is none is broken") {
  for (const char* message : {"x", "0\x80", "\x30\x03\x02\x01\x01"}) {
    const Signature found = check_signature("content" + trailer_for(message), {});
    CHECK(found.state == SignatureState::broken);
    CHECK(!found.detail.empty());
  }
  CHECK(check_signature("content", {}).state == SignatureState::absent);
}

TEST_CASE("a file without a certificate is an error that names it") {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("none.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  CHECK_THROWS_AS(read_certificates(path), Error);
  CHECK_THROWS_AS(read_certificates(folder.at("missing.pem")), Error);
}
