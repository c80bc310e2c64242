#pragma once
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace kbx::sign {

/// The functions of OpenSSL's libcrypto that signing and verifying need; see their manual pages.
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
  decltype(&::CMS_get0_type) cms_type;
  decltype(&::CMS_get0_eContentType) cms_content_type;
  decltype(&::CMS_get0_content) cms_content;
  decltype(&::CMS_get0_SignerInfos) cms_signers;
  decltype(&::CMS_get1_certs) cms_certificates;
  decltype(&::CMS_SignerInfo_cert_cmp) signer_differs_from;
  decltype(&::CMS_SignerInfo_get0_algs) signer_algorithms;
  decltype(&::CMS_SignerInfo_get0_signature) signer_signature;
  decltype(&::CMS_SignerInfo_get0_signer_id) signer_id;
  decltype(&::CMS_signed_get_attr_count) signer_attribute_count;
  decltype(&::d2i_CMS_ContentInfo) cms_of_der;
  decltype(&::OPENSSL_sk_num) stack_size;
  decltype(&::OPENSSL_sk_value) stack_item;
  decltype(&::OPENSSL_sk_free) stack_free;
  decltype(&::OBJ_obj2nid) object_number;
  decltype(&::OBJ_nid2sn) object_name;
  decltype(&::d2i_X509) certificate_of_der;
  decltype(&::i2d_X509) certificate_to_der;
  decltype(&::X509_get0_pubkey) certificate_key;
  decltype(&::X509_get_subject_name) certificate_subject;
  decltype(&::X509_NAME_get_text_by_NID) name_part;
  decltype(&::X509_ALGOR_get0) algorithm_parts;
  decltype(&::ASN1_STRING_get0_data) string_data;
  decltype(&::ASN1_STRING_length) string_length;
  decltype(&::EVP_MD_CTX_new) digest_context;
  decltype(&::EVP_MD_CTX_free) digest_context_free;
  decltype(&::EVP_DigestVerifyInit) verify_start;
  decltype(&::EVP_DigestVerify) verify;
  decltype(&::ERR_get_error) error;
  decltype(&::ERR_error_string_n) error_text;
};

/// Loads the library on first use. Throws Error if it is not installed.
const LibCrypto& libcrypto();

}  // namespace kbx::sign
