// SPDX-License-Identifier: Apache-2.0
// The key that the notifiers of a configuration sign with. It is there before the key is: a
// configuration is read by programs that have no state directory, and before it is opened.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/tls/x509.hpp"
#include "tocsin/envelope_signer.hpp"

namespace tocsin {

class EnvelopeKeys : public EnvelopeSigner {
 public:
  struct Content {
    SigningKey key;
    std::string certificate_url;
    std::string link_base;
  };
  // Any thread.
  void set(Content content) {
    auto next = std::make_shared<const Content>(std::move(content));
    const std::lock_guard lock(mutex_);
    content_ = std::move(next);
  }

  std::optional<EnvelopeSignature> sign(std::string_view text,
                                        SignatureVersion version) const override {
    const auto content = current();
    if (content == nullptr) return std::nullopt;
    return EnvelopeSignature{content->key.sign(text, version), content->certificate_url};
  }
  std::string link_base() const override {
    const auto content = current();
    return content == nullptr ? std::string() : content->link_base;
  }

 private:
  std::shared_ptr<const Content> current() const {
    const std::lock_guard lock(mutex_);
    return content_;
  }
  mutable std::mutex mutex_;  // guards content_ alone
  std::shared_ptr<const Content> content_;
};

}  // namespace tocsin
