// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channel_watch.hpp"

#include <algorithm>
#include <utility>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/json_text.hpp"
#include "notifiers/own_notice.hpp"
#include "notifiers/text.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSubjectMax = 100;
constexpr std::size_t kLostBytesMax = 200;

std::string counted(std::uint64_t n, std::string_view one) {
  return std::to_string(n) + " " + std::string(one) + (n == 1 ? "" : "s");
}

std::string lasted(const ChannelWatch::News& news) {
  return format_duration(std::chrono::floor<seconds>(news.at - news.trouble.since));
}

std::string became_dead_letters(std::uint64_t n) {
  return counted(n, "message") + (n == 1 ? " became a dead letter" : " became dead letters");
}

std::string lost_text(const ChannelTrouble& t) {
  std::string out = "Dead letters of topic \"" + t.topic + "\": ";
  for (std::size_t i = 0; i < t.lost.size(); ++i) out += (i == 0 ? "" : "; ") + t.lost[i];
  if (t.lost.empty()) return out + std::to_string(t.dead_letters);
  if (t.dead_letters > t.lost.size())
    out += " and " + std::to_string(t.dead_letters - t.lost.size()) + " more";
  return out;
}

// Of "hooks.slack.com: HTTP 404", behind "slack hooks.slack.com", the new part.
std::string_view behind_label(std::string_view detail, std::string_view label) {
  const std::string_view name = label.substr(label.rfind(' ') + 1);
  const bool repeats = detail.starts_with(name) && detail.substr(name.size()).starts_with(": ");
  return repeats ? detail.substr(name.size() + 2) : detail;
}

}  // namespace

std::optional<ChannelWatch::News> ChannelWatch::observe(const DeliveryReport& report, Instant now) {
  if (report.record.fate == DeliveryRecord::Fate::delivered) return delivered(report, now);
  Channel& channel = channels_[report.endpoint];
  ChannelTrouble& trouble = channel.trouble;
  note_failure(trouble, report, now);
  dirty_.insert(report.endpoint);
  const bool lost = report.record.fate == DeliveryRecord::Fate::dead &&
                    !is_own_notice(report.dedup_key) && !channel.told_lately(now);
  if (trouble.told || (!lost && now - trouble.since < kFailingFor)) return std::nullopt;
  trouble.told = true;
  channel.told_at = now;
  return News{false, trouble, now};
}

std::optional<ChannelWatch::News> ChannelWatch::delivered(const DeliveryReport& report,
                                                          Instant now) {
  const auto at = channels_.find(report.endpoint);
  if (at == channels_.end()) return std::nullopt;
  Channel& channel = at->second;
  ChannelTrouble& trouble = channel.trouble;
  const bool lately = channel.told_lately(now);
  if (trouble.since == kNoTime && trouble.dead_letters == 0 && lately) return std::nullopt;
  dirty_.insert(report.endpoint);
  // What was lost in an incident that was too short to be told by itself.
  const bool owed = trouble.dead_letters > 0 && !lately;
  if (trouble.told || owed) {
    News news{true, std::exchange(trouble, {}), now};
    if (news.trouble.since == kNoTime) news.trouble.since = channel.told_at;
    channel.told_at = now;
    return news;
  }
  trouble.since = kNoTime;
  if (trouble.dead_letters == 0 && !lately) channels_.erase(at);
  return std::nullopt;
}

void ChannelWatch::note_failure(ChannelTrouble& trouble, const DeliveryReport& report,
                                Instant now) {
  if (trouble.since == kNoTime) trouble.since = now;
  // A clock that was set back must not make the time until people are told longer.
  trouble.since = std::min(trouble.since, now);
  trouble.endpoint = report.endpoint;
  trouble.label = report.endpoint_label;
  trouble.topic = report.topic;
  trouble.detail = report.record.detail;
  if (report.record.fate != DeliveryRecord::Fate::dead || is_own_notice(report.dedup_key)) return;
  ++trouble.dead_letters;
  if (report.record.message != nullptr && trouble.lost.size() < kLostMax)
    trouble.lost.push_back(truncate(title(*report.record.message), kLostBytesMax));
}

void ChannelWatch::set_endpoints(const std::set<std::string>& endpoints) {
  std::erase_if(channels_, [&](const auto& channel) {
    if (endpoints.contains(channel.first)) return false;
    dirty_.insert(channel.first);
    return true;
  });
}

std::vector<ChannelTrouble> ChannelWatch::troubles() const {
  std::vector<ChannelTrouble> out;
  for (const auto& [endpoint, channel] : channels_)
    if (channel.trouble.since != kNoTime) out.push_back(channel.trouble);
  return out;
}

bool ChannelWatch::works(const std::string& endpoint) const {
  const auto at = channels_.find(endpoint);
  return at == channels_.end() || !at->second.trouble.told;
}

void ChannelWatch::collect(std::vector<StateRow>& out) {
  for (const std::string& endpoint : std::exchange(dirty_, {})) {
    StateRow& row = out.emplace_back(StateRow{std::string(kStateKind), endpoint, std::nullopt});
    const auto at = channels_.find(endpoint);
    if (at == channels_.end()) continue;
    const ChannelTrouble& t = at->second.trouble;
    row.value = to_text(Json{{"version", 1},
                             {"label", t.label},
                             {"topic", t.topic},
                             {"detail", t.detail},
                             {"since", to_ms(t.since)},
                             {"dead_letters", t.dead_letters},
                             {"lost", t.lost},
                             {"told", t.told},
                             {"told_at", to_ms(at->second.told_at)}});
  }
}

void ChannelWatch::restore(const StateRow& row) {
  if (row.kind != kStateKind || !row.value) return;
  try {
    const Json value = Json::parse(*row.value);
    Channel channel;
    ChannelTrouble& t = channel.trouble;
    t.endpoint = row.id;
    t.label = value.at("label").get<std::string>();
    t.topic = value.at("topic").get<std::string>();
    t.detail = value.at("detail").get<std::string>();
    t.since = instant_from_ms(value.at("since").get<std::int64_t>());
    t.dead_letters = value.at("dead_letters").get<std::uint64_t>();
    t.lost = value.at("lost").get<std::vector<std::string>>();
    t.told = value.at("told").get<bool>();
    channel.told_at = instant_from_ms(value.at("told_at").get<std::int64_t>());
    channels_[row.id] = std::move(channel);
  } catch (const Json::exception&) {
    dirty_.insert(row.id);  // what cannot be read must not come back
  }
}

std::string channel_notice_key(const std::string& endpoint) {
  return own_notice_key("channel", endpoint);
}

std::string channel_notice_id(const ChannelWatch::News& news, const DeliveryReport& report,
                              const std::string& topic) {
  return name_uuid("channel " + std::string(news.works ? "works" : "fails") + " " +
                   report.message_id + " " + report.endpoint + " " + topic + " " +
                   std::to_string(to_ms(news.trouble.since)));
}

std::string channel_words(const ChannelWatch::News& news, const DeliveryReport& report) {
  if (news.works) {
    const std::uint64_t lost = news.trouble.dead_letters;
    return report.endpoint_label + " works again after " + lasted(news) + "; " +
           (lost == 0 ? "nothing was lost" : became_dead_letters(lost));
  }
  std::string why(behind_label(report.record.detail, report.endpoint_label));
  why += "; " + counted(static_cast<std::uint64_t>(report.record.attempts), "attempt");
  if (report.record.fate != DeliveryRecord::Fate::dead)
    why += ", nothing got through for " + lasted(news) + ", tried on";
  return "Not delivered to " + report.endpoint_label + " (" + why + ")";
}

std::string channel_detail(const ChannelWatch::News& news, const std::string& told) {
  const ChannelTrouble& t = news.trouble;
  if (news.works) return t.dead_letters == 0 ? "What waited for it is sent now." : lost_text(t);
  const std::string topic = "topic \"" + t.topic + "\"";
  if (told == t.topic) return "The other subscriptions of " + topic + " get its messages.";
  return "No other subscription of " + topic +
         " works: until one does, nobody reads its messages. " +
         (t.dead_letters == 0 ? "None was given up so far."
                              : "So far " + became_dead_letters(t.dead_letters) + ".");
}

Notification channel_notice(const ChannelWatch::News& news, const DeliveryReport& report,
                            const Notification& message) {
  Notification n = message;
  n.message_id = channel_notice_id(news, report, message.topic);
  n.dedup_key = channel_notice_key(report.endpoint);
  n.told_at = news.at;
  n.storm = {};
  n.subject = truncate(
      one_line("Not delivered to " + report.endpoint_label + ": " + message.subject), kSubjectMax);
  n.summary = channel_words(news, report) + ": " +
              (message.summary.empty() ? message.subject : message.summary);
  return n;
}

}  // namespace tocsin
