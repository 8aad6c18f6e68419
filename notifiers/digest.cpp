// SPDX-License-Identifier: Apache-2.0
#include "notifiers/digest.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSummaryMax = 300;
constexpr std::size_t kRunbookMax = 500;
constexpr std::size_t kSubjectMax = 100;

std::string counted(std::uint64_t n, std::string_view one) {
  return std::to_string(n) + " " + std::string(one) + (n == 1 ? "" : "s");
}

// The newer message's words, both messages' counts.
void fold(DigestLine& into, DigestLine newer) {
  newer.messages += into.messages;
  newer.alarms += into.alarms;
  newer.from = into.from;
  into = std::move(newer);
}

std::vector<DigestLine> folded(std::vector<DigestLine> lines) {
  std::vector<DigestLine> out;
  std::map<std::string, std::size_t, std::less<>> places;
  for (DigestLine& line : lines) {
    const auto [at, is_new] = places.emplace(line.alarm_arn + "\n" + line.dedup_key, out.size());
    if (is_new)
      out.push_back(std::move(line));
    else
      fold(out[at->second], std::move(line));
  }
  return out;
}

bool comes_first(const DigestLine& a, const DigestLine& b) {
  const auto rank = [](const DigestLine& line) {
    return std::tuple(line.state != AlarmState::alarm, -static_cast<int>(line.severity),
                      -to_ms(line.at));
  };
  return rank(a) < rank(b);
}

// "2 in ALARM, 3 OK, 1 INSUFFICIENT_DATA"
std::string states_text(const std::vector<DigestLine>& lines) {
  std::string text;
  const auto add = [&](AlarmState state, std::string_view words) {
    const auto n = std::count_if(lines.begin(), lines.end(),
                                 [&](const DigestLine& line) { return line.state == state; });
    if (n > 0) text += (text.empty() ? "" : ", ") + std::to_string(n) + " " + std::string(words);
  };
  add(AlarmState::alarm, "in ALARM");
  add(AlarmState::ok, "OK");
  add(AlarmState::insufficient_data, "INSUFFICIENT_DATA");
  return text;
}

// The transition by which channels choose colours, severities and times.
Transition overall(const DigestContent& content, Instant now) {
  Transition t;
  t.id = content.id;
  t.decided_at = now;
  t.at = kNoTime;
  t.to = AlarmState::ok;
  for (const DigestLine& line : content.lines) {
    t.at = std::max(t.at, line.at);
    t.sequence = std::max(t.sequence, line.sequence);
    if (line.state == AlarmState::alarm) t.to = AlarmState::alarm;
  }
  const bool one_alarm = std::all_of(
      content.lines.begin(), content.lines.end(),
      [&](const DigestLine& line) { return line.alarm_arn == content.lines.front().alarm_arn; });
  if (one_alarm && !content.lines.empty()) t.alarm = content.lines.front().alarm;
  return t;
}

}  // namespace

DigestHead digest_head(const Notification& n) {
  return {n.topic, n.topic_arn, n.time_zone, n.identity};
}

DigestLine digest_line(const Notification& n) {
  const Transition& t = n.transition;
  DigestLine line;
  line.message_id = n.message_id;
  line.alarm = t.alarm;
  line.alarm_type = t.alarm_type;
  line.key = t.key;
  line.alarm_arn = n.alarm_arn;
  line.dedup_key = n.dedup_key;
  line.sequence = t.sequence;
  line.from = t.from;
  line.state = t.to;
  line.severity = n.severity;
  line.at = t.at;
  line.decided_at = t.decided_at;
  line.when = n.when.empty() ? format_iso(t.at) : n.when;
  line.summary = truncate(one_line(n.summary.empty() ? t.reason : n.summary), kSummaryMax);
  line.runbook = truncate(one_line(n.runbook), kRunbookMax);
  line.alarms = t.to == AlarmState::alarm ? 1 : 0;
  return line;
}

Notification make_digest(DigestContent content, Instant now) {
  std::uint64_t messages = 0;
  for (const DigestLine& line : content.lines) messages += line.messages;
  content.lines = folded(std::move(content.lines));
  Notification n;
  n.cause = MessageCause::digest;
  n.message_id = content.id;
  n.told_at = now;
  n.number = messages;
  n.topic = content.head.topic;
  n.topic_arn = content.head.topic_arn;
  n.time_zone = content.head.time_zone;
  n.identity = content.head.identity;
  n.dedup_key = content.dedup_key;
  n.transition = overall(content, now);
  n.severity = Severity::info;
  for (const DigestLine& line : content.lines) n.severity = std::max(n.severity, line.severity);
  std::stable_sort(content.lines.begin(), content.lines.end(), comes_first);
  n.when = content.lines.empty() ? format_iso(now) : content.lines.front().when;
  n.alarm_arn = n.transition.alarm.empty() ? n.topic_arn : content.lines.front().alarm_arn;
  const std::string of = n.transition.alarm.empty() ? "" : " of " + n.transition.alarm;
  n.subject = truncate(one_line("DIGEST" + of + ": " + states_text(content.lines)), kSubjectMax);
  n.summary = counted(messages, "message") + of + " in one, " + content.why;
  n.digest = std::move(content.lines);
  return n;
}

}  // namespace tocsin
