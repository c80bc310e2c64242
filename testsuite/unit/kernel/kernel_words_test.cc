#include "kbx/kernel/kernel_words.h"

#include <doctest/doctest.h>

#include "kbx/base/error.h"

using namespace kbx;
using namespace kbx::kernel;

namespace {

const std::vector<std::string> bookworm = {"6.1.0-9-amd64",        "6.1.0-56-amd64",
                                           "6.1.0-56-cloud-amd64", "6.1.0-56-rt-amd64",
                                           "6.1.0-56-common",      "6.1.0-56-common-rt",
                                           "6.12.117+deb12-amd64", "6.12.117+deb12-cloud-amd64",
                                           "6.12-amd64",           "amd64",
                                           "cloud-amd64"};

std::string newest(const std::string& spec, const std::vector<std::string>& releases = bookworm) {
  const auto found = matching_releases(parse_kernel_words(spec), releases);
  return found.empty() ? "" : found.front();
}

}  // namespace

TEST_CASE("words mean the newest release of a version and a flavour") {
  CHECK(newest("debian:6.1:amd64") == "6.1.0-56-amd64");
  CHECK(newest("debian:6.1.0-9:amd64") == "6.1.0-9-amd64");
  CHECK(newest("debian:6.1.0-5:amd64").empty());
  CHECK(newest("debian:6.1-cloud:amd64") == "6.1.0-56-cloud-amd64");
  CHECK(newest("debian:6.1-cloud-amd64:amd64") == "6.1.0-56-cloud-amd64");
  CHECK(newest("debian:6.1.0-56-rt:amd64") == "6.1.0-56-rt-amd64");
  CHECK(newest("debian:6.12:amd64") == "6.12.117+deb12-amd64");
  CHECK(newest("debian:6:amd64") == "6.12.117+deb12-amd64");
  CHECK(newest("debian:bookworm:amd64") == "6.12.117+deb12-amd64");
  CHECK(newest("debian:6.1-common:amd64").empty());
  CHECK(newest("debian:6.1:arm64").empty());
}

TEST_CASE("each architecture has its plain flavours") {
  CHECK(newest("debian:6.1:armhf", {"6.1.0-1-armmp-lpae", "6.1.0-1-armmp"}) == "6.1.0-1-armmp");
  CHECK(newest("debian:6.1-rt:armhf", {"6.1.0-1-armmp", "6.1.0-1-rt-armmp"}) == "6.1.0-1-rt-armmp");
  CHECK(newest("debian:6.1-armmp-lpae:armhf", {"6.1.0-1-armmp-lpae"}) == "6.1.0-1-armmp-lpae");
  CHECK(newest("debian:6.1:i386", {"6.1.0-1-686", "6.1.0-1-686-pae"}) == "6.1.0-1-686-pae");
  CHECK(newest("debian:6.1-686:i386", {"6.1.0-1-686", "6.1.0-1-686-pae"}) == "6.1.0-1-686");
  CHECK(newest("debian:6.1:mips64el", {"6.1.0-1-5kc-malta", "6.1.0-1-octeon"}) ==
        "6.1.0-1-5kc-malta");
  CHECK(newest("debian:6.1:ppc64el", {"6.1.0-1-powerpc64le"}) == "6.1.0-1-powerpc64le");
}

TEST_CASE("words are taken apart and put together") {
  const KernelWords words = parse_kernel_words("debian:6.1-cloud:arm64");
  CHECK(words.version == "6.1");
  CHECK(words.flavour == "cloud");
  CHECK(words.architecture == "arm64");
  CHECK(words.text() == "debian:6.1-cloud:arm64");
  CHECK(parse_kernel_words("debian:trixie-backports").suite == "trixie-backports");
  CHECK(parse_kernel_words("debian:6.1").architecture == machine_architecture());
}

TEST_CASE("what is no such word is refused") {
  for (const char* spec :
       {"debian:", "debian::arm64", "debian:6.1:", "debian:6.1:arm64:x", "debian:6.1:../x",
        "debian:6.1 x", "debian:-o", "debian:../x", "debian:Trixie", "debian:6.1:-o"})
    CHECK_THROWS_AS(parse_kernel_words(spec), Error);
}

TEST_CASE("what there is is told in words that can be typed") {
  CHECK(words_there_are(bookworm, "amd64") ==
        "\n    debian:6.1:amd64  (6.1.0-56-amd64)"
        "\n    debian:6.1-cloud:amd64  (6.1.0-56-cloud-amd64)"
        "\n    debian:6.1-rt:amd64  (6.1.0-56-rt-amd64)"
        "\n    debian:6.12:amd64  (6.12.117+deb12-amd64)"
        "\n    debian:6.12-cloud:amd64  (6.12.117+deb12-cloud-amd64)");
  CHECK(words_there_are({}, "amd64").empty());
}
