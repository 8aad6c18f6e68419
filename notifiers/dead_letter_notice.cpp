// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dead_letter_notice.hpp"

#include "notifiers/endpoint_name.hpp"
#include "notifiers/own_notice.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr Duration kQuiet = hours{1};
constexpr std::size_t kSubjectMax = 100;

}  // namespace

std::optional<Notification> DeadLetterNotices::notice(const DeliveryReport& report,
                                                      const Notification& lost, Instant now) {
  if (report.record.fate != DeliveryRecord::Fate::dead) return std::nullopt;
  if (is_own_notice(report.dedup_key)) return std::nullopt;
  const auto told = told_.find(report.endpoint);
  // A clock that was set back must not silence the notices until it is here again.
  if (told != told_.end() && now >= told->second && now < told->second + kQuiet)
    return std::nullopt;
  told_[report.endpoint] = now;

  Notification n = lost;
  n.message_id = name_uuid("dead letter " + report.message_id + " " + report.endpoint);
  n.dedup_key = own_notice_key("dead-letter", report.endpoint);
  const std::string what = "Not delivered to " + report.endpoint_label;
  n.subject = truncate(one_line(what + ": " + lost.subject), kSubjectMax);
  n.summary = what + " (" + report.record.detail + "; " + std::to_string(report.record.attempts) +
              (report.record.attempts == 1 ? " attempt" : " attempts") +
              "): " + (lost.summary.empty() ? lost.subject : lost.summary);
  return n;
}

}  // namespace tocsin
