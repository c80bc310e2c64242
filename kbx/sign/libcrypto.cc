// libcrypto is the largest library that kbx uses, and few runs sign anything; so it is loaded by
// those that do.
#include "kbx/sign/libcrypto.h"

#include <string>

#include <dlfcn.h>

#include "kbx/base/error.h"

namespace kbx::sign {
namespace {

constexpr const char* library = "libcrypto.so.3";

[[noreturn]] void fail() {
  const char* reason = ::dlerror();
  throw Error("modules cannot be signed: " + std::string(reason ? reason : library),
              "install libssl3 (Debian, Ubuntu) or openssl-libs (elsewhere)");
}

template <typename Function>
void find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (!function) fail();
}

LibCrypto load() {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) fail();
  LibCrypto functions{};
  find(handle, "BIO_new_mem_buf", functions.bio_of_memory);
  find(handle, "BIO_free", functions.bio_free);
  find(handle, "EVP_get_digestbyname", functions.digest_by_name);
  find(handle, "PEM_read_bio_PrivateKey", functions.read_private_key);
  find(handle, "EVP_PKEY_free", functions.key_free);
  find(handle, "PEM_read_bio_X509", functions.read_certificate);
  find(handle, "d2i_X509_bio", functions.read_certificate_der);
  find(handle, "X509_free", functions.certificate_free);
  find(handle, "CMS_sign", functions.cms_sign);
  find(handle, "CMS_add1_signer", functions.cms_add_signer);
  find(handle, "CMS_final", functions.cms_final);
  find(handle, "i2d_CMS_ContentInfo", functions.cms_to_der);
  find(handle, "CMS_ContentInfo_free", functions.cms_free);
  find(handle, "ERR_get_error", functions.error);
  find(handle, "ERR_error_string_n", functions.error_text);
  return functions;
}

}  // namespace

const LibCrypto& libcrypto() {
  static const LibCrypto functions = load();
  return functions;
}

}  // namespace kbx::sign
