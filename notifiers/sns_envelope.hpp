// SPDX-License-Identifier: Apache-2.0
// The documents that Amazon SNS posts, signed as SNS signs them. Pure but for the key behind the
// signer. spec/notifications.md section 2.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifiers/json_text.hpp"
#include "tocsin/envelope_signer.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// What an envelope says of the subscription that it goes to.
struct SnsSubscription {
  std::string name;  // stable; the last part of its ARN
  SignatureVersion version = SignatureVersion::v2;
  std::shared_ptr<const EnvelopeSigner> signer = {};  // none: not signed

  std::string arn(const Notification& n) const { return n.topic_arn + ":" + name; }
};
SnsSubscription sns_subscription(std::string name, const NotifierContext& context);

// The `Notification` document. Its Message is CloudWatch's alarm message with our additions under
// "x-source". The same text on every attempt.
std::string sns_payload(const Notification& n, const SnsSubscription& subscription);

// The headers that SNS sends; `arn` is the subscription's, "" before it is confirmed.
void add_sns_headers(std::vector<std::pair<std::string, std::string>>& headers,
                     std::string_view type, const Notification& n, const std::string& arn,
                     bool raw);

// That Message; of a notice that is none, its summary.
const std::string& sns_message(const Notification& n);

// The text that is signed: "name\nvalue\n" of the members that count for a document of its Type, in
// byte order of the names.
std::string sns_signed_text(const Json& document);

// Adds SignatureVersion, Signature and SigningCertURL, if there is a key.
void sign_sns_document(Json& document, const SnsSubscription& subscription);

}  // namespace tocsin
