// libcrypto is the largest library that kbx uses, and few runs make or check a signature; so it is
// loaded by those that do.
#include "kbx/sign/libcrypto.h"

#include <string>

#include <dlfcn.h>

#include "kbx/base/error.h"

namespace kbx::sign {
namespace {

constexpr const char* library = "libcrypto.so.3";

[[noreturn]] void fail() {
  const char* reason = ::dlerror();
  throw Error(
      "signatures can be neither made nor checked: " + std::string(reason ? reason : library),
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
  find(handle, "CMS_get0_type", functions.cms_type);
  find(handle, "CMS_get0_eContentType", functions.cms_content_type);
  find(handle, "CMS_get0_content", functions.cms_content);
  find(handle, "CMS_get0_SignerInfos", functions.cms_signers);
  find(handle, "CMS_get1_certs", functions.cms_certificates);
  find(handle, "CMS_SignerInfo_cert_cmp", functions.signer_differs_from);
  find(handle, "CMS_SignerInfo_get0_algs", functions.signer_algorithms);
  find(handle, "CMS_SignerInfo_get0_signature", functions.signer_signature);
  find(handle, "CMS_SignerInfo_get0_signer_id", functions.signer_id);
  find(handle, "CMS_signed_get_attr_count", functions.signer_attribute_count);
  find(handle, "d2i_CMS_ContentInfo", functions.cms_of_der);
  find(handle, "OPENSSL_sk_num", functions.stack_size);
  find(handle, "OPENSSL_sk_value", functions.stack_item);
  find(handle, "OPENSSL_sk_free", functions.stack_free);
  find(handle, "OBJ_obj2nid", functions.object_number);
  find(handle, "OBJ_nid2sn", functions.object_name);
  find(handle, "d2i_X509", functions.certificate_of_der);
  find(handle, "i2d_X509", functions.certificate_to_der);
  find(handle, "X509_get0_pubkey", functions.certificate_key);
  find(handle, "X509_get_subject_name", functions.certificate_subject);
  find(handle, "X509_NAME_get_text_by_NID", functions.name_part);
  find(handle, "X509_ALGOR_get0", functions.algorithm_parts);
  find(handle, "ASN1_STRING_get0_data", functions.string_data);
  find(handle, "ASN1_STRING_length", functions.string_length);
  find(handle, "EVP_MD_CTX_new", functions.digest_context);
  find(handle, "EVP_MD_CTX_free", functions.digest_context_free);
  find(handle, "EVP_DigestVerifyInit", functions.verify_start);
  find(handle, "EVP_DigestVerify", functions.verify);
  return functions;
}

}  // namespace

const LibCrypto& libcrypto() {
  static const LibCrypto functions = load();
  return functions;
}

}  // namespace kbx::sign
