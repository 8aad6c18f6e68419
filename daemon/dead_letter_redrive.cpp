// SPDX-License-Identifier: Apache-2.0
#include "daemon/dead_letter_redrive.hpp"

#include <algorithm>
#include <utility>

#include "notifiers/digest.hpp"
#include "notifiers/own_notice.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {
namespace {

// A digest that was given up counts by its lines.
void add_lines(const Notification& n, std::vector<DigestLine>& lines) {
  if (is_digest(n))
    lines.insert(lines.end(), n.digest.begin(), n.digest.end());
  else
    lines.push_back(digest_line(n));
}

}  // namespace

std::optional<Redrive> plan_redrive(const std::vector<DeadLetter>& letters,
                                    const Endpoint& endpoint, Instant now) {
  Redrive plan;
  DigestContent content;
  std::string name = "redrive " + endpoint.id;
  Instant since = kNever;
  for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
    if (is_own_notice(letter->dedup_key) || now - letter->created > kRedriveAge) continue;
    const Result<Notification> message = notification_from_json(letter->notification);
    if (!message) continue;
    add_lines(*message, content.lines);
    content.head = digest_head(*message);
    since = std::min(since, letter->created);
    plan.order.ids.push_back(letter->id);
    name += " " + std::to_string(letter->id);
  }
  if (plan.order.ids.empty()) return std::nullopt;
  plan.order.fate = DeadLetterFate::redrive;
  if (plan.order.ids.size() == 1 || !endpoint.takes_digests) return plan;
  plan.order.fate = DeadLetterFate::purge;
  content.id = uuid_v5(name);
  content.dedup_key = endpoint.id + " redrive";
  content.why = "which could not be delivered here, the first since " +
                format_for_people(since, content.head.time_zone);
  plan.digest = make_digest(std::move(content), now);
  return plan;
}

}  // namespace tocsin
