#include "kbx/sign/verify.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kbx/base/error.h"
#include "kbx/elf/object.h"
#include "kbx/sign/openssl.h"
#include "kbx/sign/sign.h"

/// The kernel wants a detached CMS message over plain data, in which nothing is signed but the
/// content itself (crypto/asymmetric_keys/pkcs7_verify.c). A message that has signed attributes,
/// as `openssl cms -sign` makes it by default, it refuses; likewise one that does not fit, if its
/// certificate is known, be it from a keyring or from the message. All that is so even where
/// signatures are not enforced (kernel/module/signing.c, module_sig_check). Without signed
/// attributes the message does not name the content's digest, so whether it fits can be told only
/// with the signer's certificate.
namespace kbx::sign {
namespace {

Owned<X509> certificate_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return {libcrypto().certificate_of_der(nullptr, &at, static_cast<long>(der.size())),
          [](X509* one) { libcrypto().certificate_free(one); }};
}

std::string der_of(X509* certificate) {
  const int size = libcrypto().certificate_to_der(certificate, nullptr);
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(text.data());
  libcrypto().certificate_to_der(certificate, &at);
  return text;
}

std::string common_name(const X509_NAME* name) {
  char text[256];
  const bool has_name = name && libcrypto().name_part(name, NID_commonName, text, sizeof text) > 0;
  std::string shown = has_name ? text : "";
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  return shown;
}

class Checker {
 public:
  Checker(const SignedFile& file, const std::vector<std::string>& certificates)
      : crypto_(libcrypto()), file_(file), certificates_(certificates) {}

  Signature run() {
    const auto* at = reinterpret_cast<const unsigned char*>(file_.message.data());
    const Owned<CMS_ContentInfo> message(
        crypto_.cms_of_der(nullptr, &at, static_cast<long>(file_.message.size())),
        [](CMS_ContentInfo* one) { crypto_free(one); });
    if (!message) return fault("it is no PKCS#7 message: " + reason());
    if (crypto_.object_number(crypto_.cms_type(message.get())) != NID_pkcs7_signed)
      return fault("it is a PKCS#7 message of another kind than signed data");
    if (crypto_.object_number(crypto_.cms_content_type(message.get())) != NID_pkcs7_data)
      return fault("what it signs is not plain data");
    ASN1_OCTET_STRING* const* const content = crypto_.cms_content(message.get());
    if (content && *content) return fault("it has content of its own");
    read_own_certificates(message.get());
    Signature result = check_signers(message.get());
    reason();  // What remains in the library's queue is of no concern to others.
    return result;
  }

 private:
  static void crypto_free(CMS_ContentInfo* one) { libcrypto().cms_free(one); }

  Signature fault(std::string detail) const {
    return {SignatureState::broken, signer_, std::move(detail)};
  }

  void read_own_certificates(CMS_ContentInfo* message) {
    auto* const stack = reinterpret_cast<OPENSSL_STACK*>(crypto_.cms_certificates(message));
    for (int i = 0; stack && i < crypto_.stack_size(stack); ++i) {
      const Owned<X509> own(static_cast<X509*>(crypto_.stack_item(stack, i)),
                            [](X509* one) { libcrypto().certificate_free(one); });
      own_certificates_.push_back(der_of(own.get()));
    }
    if (stack) crypto_.stack_free(stack);
  }

  /// One fault is enough; else one signer that is trusted.
  Signature check_signers(CMS_ContentInfo* message) {
    const auto* const stack = reinterpret_cast<const OPENSSL_STACK*>(crypto_.cms_signers(message));
    Signature best{SignatureState::unsupported, "", "nobody signed it"};
    for (int i = 0; i < crypto_.stack_size(stack); ++i) {
      Signature found = check(static_cast<CMS_SignerInfo*>(crypto_.stack_item(stack, i)));
      if (found.state == SignatureState::broken || found.state == SignatureState::wrong)
        return found;
      const bool is_first = i == 0;
      if (is_first || found.state == SignatureState::right) best = std::move(found);
    }
    return best;
  }

  Signature check(CMS_SignerInfo* signer) {
    ASN1_OCTET_STRING* key_id = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    crypto_.signer_id(signer, &key_id, &issuer, &serial);
    signer_ = common_name(issuer);
    const auto own = certificate_for(signer, own_certificates_);
    const auto given = certificate_for(signer, certificates_);
    X509* const certificate = given ? given.get() : own.get();
    if (certificate) signer_ = common_name(crypto_.certificate_subject(certificate));

    const int method = signature_method(signer);
    const bool is_classic = method == NID_rsaEncryption || is_ecdsa(method);
    // Kernels with post-quantum signatures accept attributes with these.
    if (is_classic && crypto_.signer_attribute_count(signer) >= 0)
      return fault("it signs attributes beside the content; the kernel wants none (-noattr)");
    if (!is_classic) return unsupported(method);
    const EVP_MD* const digest = digest_of(signer);
    if (!digest) return {SignatureState::unsupported, signer_, "its digest is not known"};
    if (!certificate)
      return {without_trust(), signer_, "it can be checked with its signer's certificate only"};
    if (!fits(signer, certificate, digest)) return {SignatureState::wrong, signer_, ""};
    if (given) return {SignatureState::right, signer_, ""};
    return {without_trust(), signer_, "by the certificate that it brings it fits the content"};
  }

  /// Of a signature that is sound, as far as is known, by somebody who is not.
  SignatureState without_trust() const {
    return certificates_.empty() ? SignatureState::present : SignatureState::other_key;
  }

  Signature unsupported(int method) const {
    const char* const name = crypto_.object_name(method);
    return {SignatureState::present, signer_,
            std::string("the method ") + (name ? name : "it is made by") +
                " is not known to kbx; newer kernels may know it"};
  }

  static bool is_ecdsa(int method) {
    const int known[] = {NID_ecdsa_with_SHA1, NID_ecdsa_with_SHA224, NID_ecdsa_with_SHA256,
                         NID_ecdsa_with_SHA384, NID_ecdsa_with_SHA512};
    return std::find(std::begin(known), std::end(known), method) != std::end(known);
  }

  Owned<X509> certificate_for(CMS_SignerInfo* signer, const std::vector<std::string>& among) const {
    for (const std::string& der : among) {
      Owned<X509> one = certificate_of(der);
      if (one && crypto_.signer_differs_from(signer, one.get()) == 0) return one;
    }
    return {nullptr, [](X509*) {}};
  }

  int number_of(const X509_ALGOR* algorithm) const {
    const ASN1_OBJECT* object = nullptr;
    crypto_.algorithm_parts(&object, nullptr, nullptr, algorithm);
    return crypto_.object_number(object);
  }

  int signature_method(CMS_SignerInfo* signer) const {
    X509_ALGOR* method = nullptr;
    crypto_.signer_algorithms(signer, nullptr, nullptr, nullptr, &method);
    return number_of(method);
  }

  const EVP_MD* digest_of(CMS_SignerInfo* signer) const {
    X509_ALGOR* digest = nullptr;
    crypto_.signer_algorithms(signer, nullptr, nullptr, &digest, nullptr);
    const char* const name = crypto_.object_name(number_of(digest));
    return name ? crypto_.digest_by_name(name) : nullptr;
  }

  bool fits(CMS_SignerInfo* signer, X509* certificate, const EVP_MD* digest) const {
    const Owned<EVP_MD_CTX> context(crypto_.digest_context(),
                                    [](EVP_MD_CTX* one) { libcrypto().digest_context_free(one); });
    EVP_PKEY* const key = crypto_.certificate_key(certificate);
    if (!context || !key || crypto_.verify_start(context.get(), nullptr, digest, nullptr, key) != 1)
      return false;
    const ASN1_OCTET_STRING* const value = crypto_.signer_signature(signer);
    return crypto_.verify(context.get(), crypto_.string_data(value),
                          static_cast<std::size_t>(crypto_.string_length(value)),
                          reinterpret_cast<const unsigned char*>(file_.content.data()),
                          file_.content.size()) == 1;
  }

  const LibCrypto& crypto_;
  const SignedFile& file_;
  const std::vector<std::string>& certificates_;  // DER
  std::vector<std::string> own_certificates_;     // of the message, DER
  std::string signer_;
};

}  // namespace

SignedFile read_trailer(std::string_view file) {
  constexpr std::size_t size = 12;  // struct module_signature
  constexpr std::size_t kind_at = 2;
  constexpr std::size_t length_at = 8;
  constexpr char pkcs7 = 2;
  if (!file.ends_with(signature_mark)) return {SignatureState::absent, file, {}};
  file.remove_suffix(signature_mark.size());
  if (file.size() <= size) return {SignatureState::broken, file, {}};
  const std::string_view trailer = file.substr(file.size() - size);
  file.remove_suffix(size);
  const std::uint64_t length = elf::read_number(trailer.substr(length_at), true);
  if (length >= file.size()) return {SignatureState::broken, file, {}};
  if (trailer[kind_at] != pkcs7) return {SignatureState::unsupported, file, {}};
  for (std::size_t i = 0; i < length_at; ++i)
    if (i != kind_at && trailer[i] != 0) return {SignatureState::broken, file, {}};
  const std::size_t end = file.size() - length;
  return {SignatureState::present, file.substr(0, end), file.substr(end)};
}

std::vector<std::string> read_certificates(const std::string& path) {
  const std::string content = read_input(path);
  std::vector<std::string> found;
  constexpr std::string_view begin = "-----BEGIN ";
  // Each block of PEM by itself: one that is no certificate, such as a key, is passed over.
  for (std::size_t at = content.find(begin); at != std::string::npos;) {
    const std::size_t next = content.find(begin, at + 1);
    const std::string_view block = std::string_view(content).substr(at, next - at);
    if (block.starts_with("-----BEGIN CERTIFICATE-----"))
      if (const Owned<X509> one = first_certificate(block)) found.push_back(der_of(one.get()));
    at = next;
  }
  if (found.empty()) {
    const Owned<X509> one = first_certificate(content);
    if (!one) fail_without_certificate(path);
    found.push_back(der_of(one.get()));
  }
  return found;
}

Signature check_signature(std::string_view file, const std::vector<std::string>& certificates) {
  const SignedFile parts = read_trailer(file);
  if (parts.state == SignatureState::unsupported)
    return {parts.state, "", "it is of another kind than PKCS#7"};
  if (parts.state == SignatureState::broken)
    return {parts.state, "", "what stands before the mark tells no signature"};
  if (parts.state != SignatureState::present) return {parts.state, "", ""};
  try {
    return Checker(parts, certificates).run();
  } catch (const Error& error) {
    return {SignatureState::present, "", error.what()};
  }
}

}  // namespace kbx::sign
