#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kbx::sign {

/// What is known of a signature behind a module.
enum class SignatureState {
  absent,       // there is none
  present,      // there is one, and nobody to vouch for it
  broken,       // the kernel refuses it, whoever signed
  unsupported,  // of a kind that the kernel takes for none
  other_key,    // by another key than those given
  wrong,        // not made by its signer's key for this content
  right,        // made by one of the given keys for this content
};

struct Signature {
  SignatureState state = SignatureState::absent;
  std::string signer;  // the common name of its certificate, or of who issued that; "" if unknown
  std::string detail;  // why it is broken, unsupported or not looked into
};

/// A file taken apart at its trailer.
struct SignedFile {
  SignatureState state = SignatureState::absent;  // or present, broken, unsupported
  std::string_view content;                       // what is signed; without a signature, all
  std::string_view message;                       // CMS (RFC 5652)
};

/// Finds the signature behind a module by struct module_signature, as mod_check_sig() of
/// kernel/module_signature.c does.
SignedFile read_trailer(std::string_view file);

/// The X.509 certificates in a file, each in DER; PEM may have several. Throws Error if it cannot
/// be read or has none.
std::vector<std::string> read_certificates(const std::string& path);

/// Checks a module's signature with the keys of `certificates` (DER), which the kernel is taken to
/// trust, and of those within the message, as pkcs7_verify() and pkcs7_validate_trust() of
/// crypto/asymmetric_keys do. Where OpenSSL is not installed, `detail` says so. Never throws for
/// what is wrong with the signature.
Signature check_signature(std::string_view file, const std::vector<std::string>& certificates);

}  // namespace kbx::sign
