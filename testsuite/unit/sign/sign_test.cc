#include "kbx/sign/sign.h"

#include <doctest/doctest.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::sign;

TEST_CASE("behind the signature stand its kind, its length in big-endian, and the mark") {
  const std::string trailer = trailer_for(std::string(0x1234, 's'));
  CHECK(trailer.substr(0, 0x1234) == std::string(0x1234, 's'));
  CHECK(trailer.substr(0x1234, 12) == std::string("\0\0\2\0\0\0\0\0\0\0\x12\x34", 12));
  CHECK(trailer.substr(0x1234 + 12) == "~Module signature appended~\n");
}

TEST_CASE("what cannot sign is an error that names it") {
  const auto message_of = [](const Signer& signer) {
    try {
      signature_of("module", signer);
      return std::string("no error");
    } catch (const Error& error) {
      return error.to_string();
    }
  };
  CHECK(message_of({"sha9", "k.pem", "c.pem", "", false}).find("sha9") != std::string::npos);
  CHECK(message_of({"sha256", "pkcs11:token=x", "c.pem", "", false}).find("PKCS#11") !=
        std::string::npos);
  CHECK(message_of({"sha256", "/nowhere/k.pem", "c.pem", "", false}).find("/nowhere/k.pem") !=
        std::string::npos);
}
