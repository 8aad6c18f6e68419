// SPDX-License-Identifier: Apache-2.0
// Signatures of the Standard Webhooks specification: a receiver can tell that a message is ours and
// of now. spec/notifications.md section 7. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/result.hpp"
#include "tocsin/secret.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class WebhookKey {
 public:
  // "whsec_" and base64 of 24 to 64 bytes: HMAC-SHA256. "whsk_" and base64 of an Ed25519 private
  // key: its 32 bytes, or those and the public key's. Errors (bad-key) never repeat the text.
  static Result<WebhookKey> parse(std::string_view text);

  // "v1,BASE64" or "v1a,BASE64" of `content`.
  std::string sign(std::string_view content) const;

 private:
  enum class Kind { hmac, ed25519 };
  WebhookKey(Kind kind, std::string bytes) : kind_(kind), bytes_(std::move(bytes)) {}

  Kind kind_;
  Secret bytes_;
};

// The value of the header webhook-signature: one signature for each key, so that keys can be
// changed without a gap. `sent_at` is the time of the attempt, which stands in webhook-timestamp.
std::string webhook_signature(const std::vector<WebhookKey>& keys, std::string_view id,
                              Instant sent_at, std::string_view body);
std::string webhook_timestamp(Instant sent_at);

}  // namespace tocsin
