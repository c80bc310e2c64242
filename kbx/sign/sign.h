#pragma once
#include <string>
#include <string_view>

namespace kbx::sign {

/// What a module is signed with.
struct Signer {
  std::string digest;        // "sha256" and the like, as OpenSSL calls it
  std::string key;           // file with the private key (PEM)
  std::string certificate;   // file with its X.509 certificate (PEM or DER)
  std::string passphrase;    // of the key, or ""
  bool name_key_id = false;  // the signature names the certificate by its key id, not by its issuer
};

/// The detached signature of `module` as the kernel checks it: CMS (RFC 5652) in DER, without
/// certificates and signed attributes, as scripts/sign-file makes it. Throws Error if a file cannot
/// be read, is not what it should be, or the passphrase is wrong.
std::string signature_of(std::string_view module, const Signer& signer);

/// The last line of a signed module (include/linux/module_signature.h).
constexpr std::string_view signature_mark = "~Module signature appended~\n";

/// What goes behind a module: the signature, struct module_signature and the mark
/// (include/linux/module_signature.h). Throws Error if `signature` is longer than its 32-bit length
/// can tell.
std::string trailer_for(std::string_view signature);

}  // namespace kbx::sign
