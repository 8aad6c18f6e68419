// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dead_man.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/own_notice.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr const char* kWhat = "dead-man";
constexpr std::pair<std::string_view, bool> kMethods[] = {{"GET", false}, {"POST", true}};

class Ping final : public Notifier {
 public:
  Ping(SecretUrl target, bool posts) : target_(std::move(target)), posts_(posts) {}

  Request request(const Notification& n, const Attempt&) const override {
    HttpRequest request;
    request.method = posts_ ? "POST" : "GET";
    request.url = target_.url;
    request.tls = target_.tls;
    if (!posts_) return request;
    request.headers = {{"content-type", "application/json; charset=utf-8"}};
    request.body = to_text(Json{{"type", "tocsin.alive"},
                                {"host", n.identity.name},
                                {"topic", n.topic},
                                {"time", format_iso(n.told_at)}});
    return request;
  }
  // What it says of itself does not matter to the next ping.
  Delivery outcome(const Response& answer, Instant now) const override {
    Delivery delivery = http_outcome(answer, now, target_.host);
    delivery.gone = false;
    delivery.retry_after.reset();
    return delivery;
  }

 private:
  SecretUrl target_;
  bool posts_;
};

}  // namespace

std::optional<DeadMan> read_dead_man(ConfigReader& topic, const NotifierContext& context) {
  const ConfigNode* node = topic.find("dead_man");
  if (node == nullptr) return std::nullopt;
  ConfigReader read(*node, "`dead_man`", topic.diagnostics());
  DeadMan out;
  bool posts = false;
  auto target = read_secret_url(read, "url", context);
  read.optional("every", out.every, Bounds<Duration>{.least = seconds{1}, .most = days{1}});
  read.optional_name("method", posts, kMethods);
  read.finish();
  if (!target) return std::nullopt;
  out.endpoint.id = endpoint_id_of_secret(context.topic, kWhat, target->url.reveal());
  out.endpoint.label = "dead man's switch " + target->host;
  out.endpoint.policy.delays = std::vector<Duration>{};
  out.endpoint.notifier = std::make_shared<Ping>(std::move(*target), posts);
  return out;
}

OutboxEntry dead_man_ping(const DeadMan& to, const std::string& topic, const Identity& identity,
                          std::int64_t id, Instant now) {
  auto message = std::make_shared<Notification>();
  message->message_id = name_uuid("ping " + to.endpoint.id + " " + std::to_string(to_ms(now)));
  message->topic = topic;
  message->dedup_key = own_notice_key(kWhat, topic);
  message->identity = identity;
  message->told_at = message->transition.at = message->transition.decided_at = now;
  OutboxEntry entry;
  entry.id = id;
  entry.message_id = message->message_id;
  entry.topic = topic;
  entry.endpoint = to.endpoint.id;
  entry.endpoint_label = to.endpoint.label;
  entry.dedup_key = message->dedup_key;
  entry.created = entry.next_attempt = now;
  entry.message = std::move(message);
  return entry;
}

bool is_dead_man_ping(std::string_view dedup_key) {
  return dedup_key.starts_with(own_notice_key(kWhat, ""));
}

}  // namespace tocsin
