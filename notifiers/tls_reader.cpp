// SPDX-License-Identifier: Apache-2.0
#include "notifiers/tls_reader.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "notifiers/channels.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kCredential = "${credential:";

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* p) const { Free(p); }
};
using OwnedBio = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using OwnedX509 = std::unique_ptr<X509, Freed<X509, X509_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;

OwnedBio reader_of(const std::string& text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

OwnedX509 parse_certificate(const std::string& pem) {
  const OwnedBio bio = reader_of(pem);
  OwnedX509 certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return certificate;
}

// One that is encrypted cannot be read: nobody is there to type its password.
OwnedKey parse_key(const std::string& pem) {
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const OwnedBio bio = reader_of(pem);
  OwnedKey key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  return key;
}

bool fit(const OwnedX509& certificate, const OwnedKey& key) {
  const bool yes = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return yes;
}

// The text that `node` names.
std::optional<Secret> read_pem(const ConfigNode& node, std::string_view name,
                               const NotifierContext& context, Diagnostics& out) {
  const auto written = config::text(node, name, out);
  if (!written) return std::nullopt;
  if (written->find(kCredential) != std::string::npos) return resolve(node, name, context, out);
  if (!context.read_file) return std::nullopt;
  Result<std::string> text = context.read_file(*written);
  if (text) return Secret(std::move(text).value());
  report(out, text.error().code, node, "`" + std::string(name) + "`: " + text.error().text);
  return std::nullopt;
}

class TlsReader {
 public:
  TlsReader(const ConfigNode& node, const NotifierContext& context, Diagnostics& out)
      : node_(node), context_(context), out_(out) {}

  SharedTlsOptions read() {
    ConfigReader reader(node_, "`tls`", out_);
    TlsOptions options;
    options.ca = text_of(reader, "ca").reveal();
    options.certificate = text_of(reader, "certificate").reveal();
    options.key = text_of(reader, "key");
    reader.finish();
    const std::size_t faults = out_.list().size();
    check(options);
    if (out_.list().size() != faults) return nullptr;
    return std::make_shared<const TlsOptions>(std::move(options));
  }

 private:
  Secret text_of(ConfigReader& reader, std::string_view key) {
    const ConfigNode* node = reader.find(key);
    if (node == nullptr) return {};
    auto text = read_pem(*node, "tls." + std::string(key), context_, out_);
    return text ? std::move(*text) : Secret();
  }

  bool has(std::string_view key) const { return node_.find(key) != nullptr; }
  void fault(std::string_view key, const std::string& text, const std::string& hint = {}) {
    report(out_, "bad-value", *node_.find(key), text, hint);
  }

  void check(const TlsOptions& options) {
    if (!node_.is_map()) return;
    if (has("certificate") != has("key"))
      report(out_, "missing-key", node_, "`tls.certificate` and `tls.key` need each other");
    if (node_.entries.empty())
      report(out_, "missing-key", node_, "`tls` is empty", "ca, or certificate and key");
    if (!options.ca.empty() && !parse_certificate(options.ca))
      fault("ca", "`tls.ca` holds no certificate in PEM");
    const OwnedX509 certificate = parse_certificate(options.certificate);
    if (!options.certificate.empty() && !certificate)
      fault("certificate", "`tls.certificate` holds no certificate in PEM");
    const OwnedKey key = parse_key(options.key.reveal());
    if (!options.key.empty() && !key)
      fault("key", "`tls.key` holds no private key in PEM without a password",
            "openssl pkey -in KEY -out NEW takes the password away");
    if (certificate && key && !fit(certificate, key))
      fault("key", "`tls.key` is not the key of `tls.certificate`");
  }

  const ConfigNode& node_;
  const NotifierContext& context_;
  Diagnostics& out_;
};

}  // namespace

SharedTlsOptions read_tls(ConfigReader& read, const NotifierContext& context) {
  const ConfigNode* node = read.find("tls");
  return node == nullptr ? nullptr : TlsReader(*node, context, read.diagnostics()).read();
}

}  // namespace tocsin
