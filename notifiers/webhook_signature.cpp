// SPDX-License-Identifier: Apache-2.0
#include "notifiers/webhook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>

#include "notifiers/base64.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kSymmetric = "whsec_";
constexpr std::string_view kAsymmetric = "whsk_";
constexpr std::size_t kSymmetricMin = 24, kSymmetricMax = 64;
constexpr std::size_t kSeed = 32;
constexpr std::size_t kWrittenMax = 200;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac_sha256(std::string_view key, std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(content),
                          content.size(), digest.data(), &size);
  TOCSIN_ASSERT(done != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string ed25519(std::string_view seed, std::string_view content) {
  const std::unique_ptr<EVP_PKEY, Free> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), kSeed));
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::string out(64, '\0');
  std::size_t size = out.size();
  const bool done = key != nullptr && context != nullptr &&
                    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                   &size, bytes_of(content), content.size()) == 1;
  TOCSIN_ASSERT(done && size == out.size());
  return out;
}

}  // namespace

Result<WebhookKey> WebhookKey::parse(std::string_view text) {
  const bool symmetric = text.starts_with(kSymmetric);
  if (!symmetric && !text.starts_with(kAsymmetric))
    return Error{"bad-key", "a signing key begins with whsec_ or whsk_"};
  const std::string_view written = text.substr((symmetric ? kSymmetric : kAsymmetric).size());
  const auto bytes = written.size() > kWrittenMax ? std::nullopt : from_base64(written);
  if (!bytes) return Error{"bad-key", "a signing key is base64 after its first word"};
  if (!symmetric) {
    if (bytes->size() != kSeed && bytes->size() != 2 * kSeed)
      return Error{"bad-key", "a whsk_ key has 32 bytes, or 64 with its public key"};
    return WebhookKey(Kind::ed25519, bytes->substr(0, kSeed));
  }
  if (bytes->size() < kSymmetricMin || bytes->size() > kSymmetricMax)
    return Error{"bad-key", "a whsec_ key has 24 to 64 bytes"};
  return WebhookKey(Kind::hmac, *bytes);
}

std::string WebhookKey::sign(std::string_view content) const {
  if (kind_ == Kind::hmac) return "v1," + to_base64(hmac_sha256(bytes_.reveal(), content));
  return "v1a," + to_base64(ed25519(bytes_.reveal(), content));
}

std::string webhook_timestamp(Instant sent_at) {
  return std::to_string(std::chrono::floor<seconds>(sent_at.time_since_epoch()).count());
}

std::string webhook_signature(const std::vector<WebhookKey>& keys, std::string_view id,
                              Instant sent_at, std::string_view body) {
  const std::string content =
      std::string(id).append(".").append(webhook_timestamp(sent_at)).append(".").append(body);
  std::string out;
  for (const WebhookKey& key : keys) out.append(out.empty() ? "" : " ").append(key.sign(content));
  return out;
}

}  // namespace tocsin
