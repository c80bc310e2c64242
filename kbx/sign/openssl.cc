#include "kbx/sign/openssl.h"

#include <limits>

#include "kbx/base/error.h"
#include "kbx/base/file.h"

namespace kbx::sign {

Owned<BIO> memory(std::string_view content) {
  return {libcrypto().bio_of_memory(content.data(), static_cast<int>(content.size())),
          [](BIO* bio) { libcrypto().bio_free(bio); }};
}

std::string reason() {
  const unsigned long code = libcrypto().error();
  while (libcrypto().error() != 0) continue;
  if (code == 0) return "no reason given";
  char text[256];
  libcrypto().error_text(code, text, sizeof text);
  return text;
}

std::string read_input(const std::string& path) {
  std::string content = read_file(path);
  if (content.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error(Location{path, 0}, "is larger than 2 GiB");
  return content;
}

Owned<X509> first_certificate(std::string_view content) {
  // A DER sequence of more than 127 bytes.
  const bool is_der = content.size() > 2 && content[0] == '\x30' &&
                      static_cast<unsigned char>(content[1]) >= 0x81 &&
                      static_cast<unsigned char>(content[1]) <= 0x84;
  const Owned<BIO> input = memory(content);
  return {is_der ? libcrypto().read_certificate_der(input.get(), nullptr)
                 : libcrypto().read_certificate(input.get(), nullptr, nullptr, nullptr),
          [](X509* one) { libcrypto().certificate_free(one); }};
}

void fail_without_certificate(const std::string& path) {
  throw Error(Location{path, 0}, "no X.509 certificate can be read: " + reason(),
              "expected PEM or DER");
}

}  // namespace kbx::sign
