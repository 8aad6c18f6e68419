// SPDX-License-Identifier: Apache-2.0
// journal: { retry_for }: an entry of the systemd journal of this host, with fields.
#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

// `journalctl MESSAGE_ID=...` finds every alarm of every host by it; it never changes.
constexpr const char* kMessageId = "3a7f1d0c5b6e4c2f9e81d4a6b0c25f77";
constexpr std::size_t kValueMax = 4000;
constexpr const char* kTarget = "journal";

// syslog's levels: an alarm's by its severity, of what is no alarm 5, a notice.
const char* priority(const Notification& n) {
  if (n.transition.to != AlarmState::alarm) return "5";
  switch (n.severity) {
    case Severity::critical:
      return "2";
    case Severity::high:
      return "3";
    case Severity::medium:
      return "4";
    default:
      return "5";
  }
}

// TOCSIN_SOURCE_IP of "source IP".
std::string field_name(std::string_view label) {
  std::string name = "TOCSIN_";
  for (const char c : label) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return name.substr(0, 64);
}

class Journal final : public Notifier {
 public:
  Request request(const Notification& n, const Attempt& attempt) const override {
    JournalRequest entry;
    const auto put = [&](std::string name, std::string_view value) {
      if (!value.empty())
        entry.fields.emplace_back(std::move(name), truncate(one_line(value), kValueMax));
    };
    put("MESSAGE", title(n) + ": " + headline(n));
    put("MESSAGE_ID", kMessageId);
    put("PRIORITY", priority(n));
    put("SYSLOG_IDENTIFIER", "tocsin");
    put("TOCSIN_ALARM", n.transition.alarm);
    put("TOCSIN_STATE", to_string(n.transition.to));
    put("TOCSIN_PREVIOUS_STATE", to_string(n.transition.from));
    for (const auto& [name, value] : n.transition.key) put("TOCSIN_KEY", name + "=" + value);
    put("TOCSIN_TOPIC", n.topic);
    put("TOCSIN_NOTIFICATION_ID", n.message_id);
    put("TOCSIN_TRANSITION_ID", n.transition.id);
    put("TOCSIN_LOG_GROUP", n.log_group);
    put("TOCSIN_RULE", n.rule_location);
    for (const std::vector<Fact>& facts : {five_w_facts(n), judgement_facts(n)})
      for (const Fact& fact : facts)
        if (fact.label != "State") put(field_name(fact.label), fact.value);
    for (const NotifiedEvent& event : n.events) put("TOCSIN_EVENT", event_line(event));
    if (attempt.superseded) put("TOCSIN_SUPERSEDED", "1");
    if (attempt.overtaking) put("TOCSIN_OVERTAKING", "1");
    return entry;
  }

  Delivery outcome(const Response& answer, Instant) const override {
    Delivery result;
    result.detail = failure_text(answer, kTarget);
    if (answer.status >= 200 && answer.status <= 299)
      result.outcome = Delivery::Outcome::delivered;
    else if (answer.failure == Response::Failure::refused_target)
      result.outcome = Delivery::Outcome::rejected;
    return result;
  }
};

}  // namespace

std::vector<Endpoint> make_journal(const ConfigNode& node, const NotifierContext& context,
                                   Diagnostics& out) {
  ConfigReader read(node, "journal", out);
  Endpoint endpoint;
  read_common_options(read, endpoint.retry_for);
  read.finish();
  if (!node.is_map()) return {};
  endpoint.id = endpoint_id(context.topic, kTarget, "host");
  endpoint.label = kTarget;
  endpoint.takes_digests = false;  // entries are found by their alarm
  endpoint.notifier = std::make_shared<Journal>();
  return {std::move(endpoint)};
}

}  // namespace tocsin
