/// The two hash functions of build IDs, as libcrypto has them for each processor. These are its old
/// entries, which newer releases advise against in favour of EVP: they need nothing of the library
/// but themselves, so that it can be linked in and costs a small link neither loading nor setup,
/// which EVP does (some milliseconds each time; a module's own bytes are hashed in microseconds).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "kbx/link/output/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace kbx::link {

std::string sha1(const std::vector<std::string_view>& parts) {
  SHA_CTX context;
  SHA1_Init(&context);
  for (const std::string_view part : parts) SHA1_Update(&context, part.data(), part.size());
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1_Final(digest, &context);
  return {digest, digest + sizeof digest};
}

std::string md5(const std::vector<std::string_view>& parts) {
  MD5_CTX context;
  MD5_Init(&context);
  for (const std::string_view part : parts) MD5_Update(&context, part.data(), part.size());
  unsigned char digest[MD5_DIGEST_LENGTH];
  MD5_Final(digest, &context);
  return {digest, digest + sizeof digest};
}

}  // namespace kbx::link
