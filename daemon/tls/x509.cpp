// SPDX-License-Identifier: Apache-2.0
#include "daemon/tls/x509.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace tocsin {
namespace {

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* held) const { free(held); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, free>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
void free_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
void free_bio(BIO* bio) { BIO_free(bio); }
using Bio = Owned<BIO, free_bio>;

Error out_of_order() { return {"openssl", "OpenSSL cannot make keys or certificates"}; }

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// Never asks for a password: nobody is there to answer.
int no_password(char*, int, int, void*) { return -1; }

Key parse_key(const Secret& pem) {
  const Bio bio = reading(pem.reveal());
  return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
}

Certificate parse_certificate(const std::string& pem) {
  const Bio bio = reading(pem);
  return Certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr) : nullptr);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// What the extension's syntax has no way to misread.
bool is_plain(const std::string& host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':' ||
           c == '_' || c == '*';
  });
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::string out;
  for (const std::string& host : hosts)
    if (is_plain(host))
      out += (out.empty() ? "" : ",") + (is_address(host) ? "IP:" + host : "DNS:" + host);
  return out;
}

bool extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const CertificateWish& wish) {
  const std::string names = alternative_names(wish.hosts);
  const char* usage = wish.authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
  return extend(certificate, issuer, NID_basic_constraints,
                wish.authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
         extend(certificate, issuer, NID_key_usage, usage) &&
         extend(certificate, issuer, NID_subject_key_identifier, "hash") &&
         extend(certificate, issuer, NID_authority_key_identifier, "keyid") &&
         (names.empty() || (extend(certificate, issuer, NID_subject_alt_name, names) &&
                            extend(certificate, issuer, NID_ext_key_usage, "serverAuth")));
}

std::time_t as_time(Instant at) {
  return static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

bool fill(X509* certificate, const CertificateWish& wish, EVP_PKEY* key) {
  std::array<unsigned char, 16> serial{};
  if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return false;
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3f) | 0x40);  // positive, 16 bytes long
  const Owned<BIGNUM, BN_free> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr)
    return false;
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_set_version(certificate, 2) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), as_time(wish.from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), as_time(wish.until)) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(wish.name.data()),
                                    static_cast<int>(wish.name.size()), -1, 0) == 1;
}

std::optional<Instant> instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return instant_from_ms(static_cast<std::int64_t>(::timegm(&parts)) * 1000);
}

std::vector<std::string> hosts_of(X509* certificate) {
  std::vector<std::string> out;
  const Owned<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const auto* data = ASN1_STRING_get0_data(name->d.ia5);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.ia5));
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (name->type == GEN_DNS)
      out.emplace_back(reinterpret_cast<const char*>(data), size);
    else if (inet_ntop(size == 4 ? AF_INET : AF_INET6, data, text.data(), text.size()) != nullptr)
      out.emplace_back(text.data());
  }
  return out;
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return out;
  for (unsigned i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

}  // namespace

Result<Secret> make_key(KeyKind kind) {
  const Key key(kind == KeyKind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!key || !bio ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return out_of_order();
  return Secret(written(bio));
}

Result<std::string> make_certificate(const CertificateWish& wish, const Secret& key,
                                     const PemPair* issuer) {
  const Key own = parse_key(key);
  const Key issuers_key = issuer != nullptr ? parse_key(issuer->key) : parse_key(key);
  if (!own || !issuers_key) return Error{"bad-key", "a private key cannot be read"};
  const Certificate certificate(X509_new());
  const Certificate above = issuer != nullptr ? parse_certificate(issuer->certificate) : nullptr;
  if (issuer != nullptr && !above) return Error{"bad-certificate", "a certificate cannot be read"};
  if (!certificate || !fill(certificate.get(), wish, own.get())) return out_of_order();
  X509* by = above ? above.get() : certificate.get();
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_set_issuer_name(certificate.get(), X509_get_subject_name(by)) != 1 ||
      !add_extensions(certificate.get(), by, wish) ||
      X509_sign(certificate.get(), issuers_key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509(bio.get(), certificate.get()) != 1)
    return out_of_order();
  return written(bio);
}

Result<CertificateFacts> read_certificate(const std::string& pem) {
  const Certificate certificate = parse_certificate(pem);
  if (!certificate) return Error{"bad-certificate", "this is no certificate in PEM"};
  const auto from = instant_of(X509_get0_notBefore(certificate.get()));
  const auto until = instant_of(X509_get0_notAfter(certificate.get()));
  if (!from || !until) return Error{"bad-certificate", "the certificate's times cannot be read"};
  return CertificateFacts{*from, *until, hosts_of(certificate.get()),
                          fingerprint_of(certificate.get())};
}

Status check_pair(const PemPair& pair) {
  const Certificate certificate = parse_certificate(pair.certificate);
  if (!certificate) return Error{"bad-certificate", "this is no certificate in PEM"};
  const Key key = parse_key(pair.key);
  if (!key) return Error{"bad-key", "this is no private key in PEM without a password"};
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return Error{"wrong-key", "the key is not that of the certificate"};
  return success();
}

Result<SigningKey> SigningKey::from_pem(const Secret& pem) {
  Key key = parse_key(pem);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    return Error{"bad-key", "this is no RSA key in PEM without a password"};
  return SigningKey(std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free));
}

std::string SigningKey::sign(std::string_view text, SignatureVersion version) const {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const EVP_MD* digest = version == SignatureVersion::v1 ? EVP_sha1() : EVP_sha256();
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = out.size();
  const bool done =
      context && EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  TOCSIN_ASSERT(done);
  out.resize(size);
  return out;
}

}  // namespace tocsin
