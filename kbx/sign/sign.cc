#include "kbx/sign/sign.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kbx/base/error.h"
#include "kbx/sign/openssl.h"

/// A signed module is the module, then a CMS message, then twelve bytes that tell its kind and
/// length, then a fixed line of text by which the kernel knows that there is a signature at all
/// (kernel/module/signing.c). Followed here is scripts/sign-file.c.
namespace kbx::sign {
namespace {

int give_passphrase(char* buffer, int size, int, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.empty() || text.size() > static_cast<std::size_t>(std::max(size, 0))) return -1;
  return static_cast<int>(text.copy(buffer, text.size()));
}

Owned<EVP_PKEY> private_key(const Signer& signer) {
  if (signer.key.starts_with("pkcs11:"))
    throw Error("keys on a PKCS#11 token are not supported: " + signer.key,
                "sign with the kernel tree's scripts/sign-file");
  const std::string content = read_input(signer.key);
  std::string passphrase = signer.passphrase;
  Owned<EVP_PKEY> key(
      libcrypto().read_private_key(memory(content).get(), nullptr, give_passphrase, &passphrase),
      [](EVP_PKEY* found) { libcrypto().key_free(found); });
  if (!key)
    throw Error(Location{signer.key, 0}, "no private key can be read: " + reason(),
                "expected a PEM file; the passphrase, if it has one, is taken from "
                "KBUILD_SIGN_PIN");
  return key;
}

Owned<X509> certificate(const Signer& signer) {
  const std::string content = read_input(signer.certificate);
  Owned<X509> found = first_certificate(content);
  if (!found) fail_without_certificate(signer.certificate);
  return found;
}

}  // namespace

std::string signature_of(std::string_view module, const Signer& signer) {
  const LibCrypto& crypto = libcrypto();
  const EVP_MD* const digest = crypto.digest_by_name(signer.digest.c_str());
  if (!digest)
    throw Error("\"" + signer.digest + "\" is no digest that OpenSSL knows",
                "the kernel's is CONFIG_MODULE_SIG_HASH of its configuration, such as sha256");
  const Owned<EVP_PKEY> key = private_key(signer);
  const Owned<X509> x509 = certificate(signer);
  if (module.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error("a module of more than 2 GiB cannot be signed");
  const Owned<BIO> data = memory(module);

  const Owned<CMS_ContentInfo> message(
      crypto.cms_sign(nullptr, nullptr, nullptr, nullptr,
                      CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM),
      [](CMS_ContentInfo* one) { libcrypto().cms_free(one); });
  const unsigned flags = CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR |
                         (signer.name_key_id ? CMS_USE_KEYID : 0U);
  if (!message || !crypto.cms_add_signer(message.get(), x509.get(), key.get(), digest, flags) ||
      crypto.cms_final(message.get(), data.get(), nullptr, CMS_NOCERTS | CMS_BINARY) != 1)
    throw Error(Location{signer.key, 0}, "cannot sign: " + reason(),
                "the key has to be that of the certificate " + signer.certificate);
  const int size = crypto.cms_to_der(message.get(), nullptr);
  if (size <= 0) throw Error("the signature cannot be encoded: " + reason());
  std::string text(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(text.data());
  crypto.cms_to_der(message.get(), &at);
  return text;
}

std::string trailer_for(std::string_view signature) {
  if (signature.size() > std::numeric_limits<std::uint32_t>::max())
    throw Error("the signature is too long for its place in a module");
  constexpr char pkcs7 = 2;
  std::string information = {0, 0, pkcs7, 0, 0, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8)
    information += static_cast<char>((signature.size() >> shift) & 0xff);
  return std::string(signature) + information + std::string(signature_mark);
}

}  // namespace kbx::sign
