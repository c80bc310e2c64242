#pragma once
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace kbx::sign {

/// The functions of OpenSSL's libcrypto that signing needs, by their names without "OPENSSL" and
/// the like; see their manual pages.
struct LibCrypto {
  decltype(&::BIO_new_mem_buf) bio_of_memory;
  decltype(&::BIO_free) bio_free;
  decltype(&::EVP_get_digestbyname) digest_by_name;
  decltype(&::PEM_read_bio_PrivateKey) read_private_key;
  decltype(&::EVP_PKEY_free) key_free;
  decltype(&::PEM_read_bio_X509) read_certificate;
  decltype(&::d2i_X509_bio) read_certificate_der;
  decltype(&::X509_free) certificate_free;
  decltype(&::CMS_sign) cms_sign;
  decltype(&::CMS_add1_signer) cms_add_signer;
  decltype(&::CMS_final) cms_final;
  decltype(&::i2d_CMS_ContentInfo) cms_to_der;
  decltype(&::CMS_ContentInfo_free) cms_free;
  decltype(&::ERR_get_error) error;
  decltype(&::ERR_error_string_n) error_text;
};

/// Loads the library on first use. Throws Error if it is not installed.
const LibCrypto& libcrypto();

}  // namespace kbx::sign
