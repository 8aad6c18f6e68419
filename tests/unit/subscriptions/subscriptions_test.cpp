// SPDX-License-Identifier: Apache-2.0
#include "daemon/subscriptions.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);
constexpr const char* kUrl = "https://hooks.example.com/x";

// As a key: the same text, the same signature.
class Signer : public EnvelopeSigner {
 public:
  std::optional<EnvelopeSignature> sign(std::string_view text, SignatureVersion) const override {
    return EnvelopeSignature{"signed " + std::string(text), "https://t.example.com/sns/s.pem"};
  }
  std::string link_base() const override { return "https://t.example.com/sns"; }
};

struct Fixture {
  std::shared_ptr<const Signer> signer = std::make_shared<Signer>();
  Subscriptions subs;

  Subscription take(const Result<SubscriptionStep>& step) {
    INFO((step ? "" : step.error().text));
    REQUIRE(step);
    subs.take(*step);
    return step->change.now ? *step->change.now : step->before;
  }
  Subscription subscribe(const std::string& url = kUrl, Instant now = kNow) {
    return take(subs.subscribe({.topic = "ops", .url = url}, now));
  }
  std::string token(const Subscription& s) const {
    return SubscriptionTokens(*signer).of(s.id, s.changed);
  }
  Result<SubscriptionStep> confirm(const std::string& topic, const std::string& token,
                                   Instant now) {
    return subs.confirm(topic, token, false, *signer, now);
  }
};

nlohmann::ordered_json posted(const Subscription& s, SubscriptionNotice kind,
                              const std::shared_ptr<const Signer>& signer) {
  const Endpoint endpoint = endpoint_of(s, signer, SignatureVersion::v2);
  const Notification notice =
      subscription_notice(kind, "id-1", s.topic, "arn:aws:sns:r:0:ops", s.changed);
  const auto request = std::get<HttpRequest>(endpoint.notifier->request(notice, {}));
  CHECK_FALSE(request.allow_private);
  return nlohmann::ordered_json::parse(request.body);
}

}  // namespace

TEST_CASE("an endpoint is asked to confirm with a token that nothing stores", "[subscriptions]") {
  Fixture f;
  const auto step = f.subs.subscribe({.topic = "ops", .url = kUrl}, kNow);
  REQUIRE(step);
  CHECK(step->notice == SubscriptionNotice::confirm);
  const Subscription s = f.take(step);
  CHECK(s.state == SubscriptionState::pending);
  const auto body = posted(s, SubscriptionNotice::confirm, f.signer);
  CHECK(body["Type"] == "SubscriptionConfirmation");
  CHECK(body["Token"] == f.token(s));
  CHECK(body["SubscribeURL"] ==
        "https://t.example.com/sns?Action=ConfirmSubscription&TopicArn=arn:aws:sns:r:0:ops&Token=" +
            f.token(s));
  CHECK(body["Message"] ==
        "You have chosen to subscribe to the topic arn:aws:sns:r:0:ops.\nTo confirm the "
        "subscription, visit the SubscribeURL included in this message.");
  CHECK(body.contains("Signature"));
  CHECK_FALSE(body.contains("UnsubscribeURL"));
}

TEST_CASE("its token confirms a subscription, for two days, and no other does", "[subscriptions]") {
  Fixture f;
  const Subscription s = f.subscribe();
  CHECK_FALSE(f.confirm("ops", "", kNow));
  CHECK_FALSE(f.confirm("ops", f.token(s) + "0", kNow));
  CHECK_FALSE(f.confirm("other", f.token(s), kNow));
  CHECK_FALSE(f.confirm("ops", f.token(s), kNow + hours{49}));
  CHECK(f.take(f.confirm("ops", f.token(s), kNow + hours{47})).state ==
        SubscriptionState::confirmed);
  // A link that is followed twice has done its work.
  CHECK(f.confirm("ops", f.token(s), kNow + hours{60}));
}

TEST_CASE("whoever subscribes again is asked again, under the same ARN", "[subscriptions]") {
  Fixture f;
  const Subscription first = f.subscribe();
  const Subscription again = f.subscribe(kUrl, kNow + hours{1});
  CHECK(again.id == first.id);
  CHECK_FALSE(f.confirm("ops", f.token(first), kNow + hours{1}));
  f.take(f.confirm("ops", f.token(again), kNow + hours{1}));
  CHECK(f.subs.subscribe({.topic = "ops", .url = kUrl}, kNow).error().code == "conflict");
  CHECK(f.subs.all().size() == 1);
}

TEST_CASE("subscriptions made at run time reach public addresses only", "[subscriptions]") {
  Fixture f;
  for (const char* url :
       {"http://127.0.0.1/x", "http://10.0.0.1", "https://[::1]/", "http://169.254.169.254/latest",
        "http://localhost:8686", "ftp://h.example.com", "https://", "https://h.example.com/a b"}) {
    INFO(url);
    CHECK(f.subs.subscribe({.topic = "ops", .url = url}, kNow).error().code == "bad-value");
  }
  CHECK(f.subs.subscribe({.topic = "ops", .url = "http://203.0.113.7/x"}, kNow));
}

TEST_CASE("a link ends a subscription, and another takes that back", "[subscriptions]") {
  Fixture f;
  const Subscription s = f.subscribe();
  f.take(f.confirm("ops", f.token(s), kNow));
  const auto step = f.subs.unsubscribe_by_link(s.id, kNow + hours{5});
  REQUIRE(step);
  CHECK(step->notice == SubscriptionNotice::unsubscribed);
  const Subscription ended = f.take(step);
  CHECK(ended.state == SubscriptionState::unsubscribed);
  const auto body = posted(ended, SubscriptionNotice::unsubscribed, f.signer);
  CHECK(body["Type"] == "UnsubscribeConfirmation");
  CHECK_FALSE(f.confirm("ops", f.token(s), kNow + hours{5}));
  CHECK(f.take(f.confirm("ops", body["Token"], kNow + hours{6})).state ==
        SubscriptionState::confirmed);
}

TEST_CASE("whose owner wants it is not ended by its link", "[subscriptions]") {
  Fixture f;
  const Subscription s = f.take(
      f.subs.subscribe({.topic = "ops", .url = kUrl, .authenticate_on_unsubscribe = true}, kNow));
  f.take(f.confirm("ops", f.token(s), kNow));
  CHECK(f.subs.unsubscribe_by_link(s.id, kNow).error().code == "forbidden");
  CHECK(f.subs.unsubscribe_by_link("other", kNow).error().code == "not-found");
  f.take(f.subs.remove(s.id));
  CHECK(f.subs.all().empty());
}

TEST_CASE("what nobody confirms is gone after two days", "[subscriptions]") {
  Fixture f;
  const Subscription kept = f.subscribe("https://a.example.com/");
  f.take(f.confirm("ops", f.token(kept), kNow));
  f.subscribe("https://b.example.com/");
  CHECK(f.subs.expired(kNow + hours{47}).empty());
  const auto steps = f.subs.expired(kNow + hours{49});
  REQUIRE(steps.size() == 1);
  f.subs.take(steps[0]);
  CHECK(f.subs.all().size() == 1);
}

TEST_CASE("a subscription made at run time filters as others do", "[subscriptions]") {
  Fixture f;
  CHECK(f.subs.subscribe({.topic = "ops", .url = kUrl, .filter = "{"}, kNow).error().code ==
        "bad-value");
  CHECK(f.subs.subscribe({.topic = "ops", .url = kUrl, .filter = R"({"a":"b"})"}, kNow)
            .error()
            .code == "bad-value");
  const Subscription s = f.take(f.subs.subscribe(
      {.topic = "ops", .url = kUrl, .filter = R"({"NewStateValue":["OK"]})"}, kNow));
  const Endpoint endpoint = endpoint_of(s, f.signer, SignatureVersion::v2);
  Notification n = test::sample_notification();
  CHECK_FALSE(endpoint.wants(n));
  n.cloudwatch_message = R"({"NewStateValue":"OK"})";
  CHECK(endpoint.wants(n));
}

}  // namespace tocsin
