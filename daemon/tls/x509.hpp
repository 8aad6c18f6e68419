// SPDX-License-Identifier: Apache-2.0
// Key pairs and certificates: the one file that knows X.509. Keys and certificates are PEM texts.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/envelope_signer.hpp"
#include "tocsin/result.hpp"
#include "tocsin/secret.hpp"
#include "tocsin/time.hpp"

struct evp_pkey_st;

namespace tocsin {

enum class KeyKind { ec, rsa };  // P-256, 2048 bits

struct PemPair {
  Secret key;
  std::string certificate;
};

struct CertificateWish {
  std::string name;                     // of the holder, for people; at most 64 characters
  std::vector<std::string> hosts = {};  // names and addresses that it proves; none: no server's
  bool authority = false;               // may sign others
  Instant from, until;
};

Result<Secret> make_key(KeyKind kind);
// Signed by `issuer`; nullptr: by itself. Error bad-key: a key cannot be read.
Result<std::string> make_certificate(const CertificateWish& wish, const Secret& key,
                                     const PemPair* issuer);

// What a certificate says of itself; of several in a text the first.
struct CertificateFacts {
  Instant from, until;
  std::vector<std::string> hosts;
  std::string fingerprint;  // SHA-256 in lower-case hex
};
// Error bad-certificate.
Result<CertificateFacts> read_certificate(const std::string& pem);
// Error bad-certificate, bad-key, or wrong-key: the key is not the certificate's.
Status check_pair(const PemPair& pair);

// An RSA key that signs; any thread.
class SigningKey {
 public:
  // Error bad-key: no RSA key.
  static Result<SigningKey> from_pem(const Secret& pem);
  // PKCS #1 v1.5, the bytes.
  std::string sign(std::string_view text, SignatureVersion version) const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace tocsin
