// SPDX-License-Identifier: Apache-2.0
// Who signs SNS envelopes: a key of the daemon's, whose certificate anybody may fetch.
// spec/notifications.md section 2.3.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// SHA1withRSA and SHA256withRSA; the numbers are SNS'.
enum class SignatureVersion { v1 = 1, v2 = 2 };

struct EnvelopeSignature {
  std::string bytes;
  std::string certificate_url;  // https
};

class EnvelopeSigner {
 public:
  virtual ~EnvelopeSigner() = default;
  // The same text has the same signature as long as the key is the same. Nothing: there is no key,
  // as in `tocsin check`. Any thread.
  virtual std::optional<EnvelopeSignature> sign(std::string_view text,
                                                SignatureVersion version) const = 0;
  // What the links in a message begin with, "https://alarms.example.com:8687/sns"; "": they lead
  // nowhere. Any thread.
  virtual std::string link_base() const = 0;
};

}  // namespace tocsin
