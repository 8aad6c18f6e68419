// SPDX-License-Identifier: Apache-2.0
// Whether each channel works, and what people are told of it: one notice when one fails, one when
// it works again. A channel fails when it gives a message up, or when nothing has got through for
// kFailingFor although it was tried. Pure; `now` is passed. docs/notifications.md.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/effects.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A channel that does not work, or did not, for people.
struct ChannelTrouble {
  std::string endpoint;
  std::string label;
  std::string topic;
  std::string detail;       // of the newest failure
  Instant since = kNoTime;  // of the first failure behind the last delivery; kNoTime: it works
  std::uint64_t dead_letters = 0;  // since people were last told that it works
  std::vector<std::string> lost;   // states and names of the first kLostMax
  bool told = false;               // people know that it fails
};

class ChannelWatch {
 public:
  static constexpr std::string_view kStateKind = "channel";
  static constexpr Duration kFailingFor = minutes{10};
  // A message given up so soon behind another notice of the channel makes none of its own, unless
  // the channel goes on failing. What was lost meanwhile is told later.
  static constexpr Duration kQuiet = hours{1};
  static constexpr std::size_t kLostMax = 5;

  // What an attempt came to. Whether people are to be told, and of what.
  struct News {
    bool works = false;  // again; else it fails
    ChannelTrouble trouble;
    Instant at{};
  };
  std::optional<News> observe(const DeliveryReport& report, Instant now);

  // Those of these endpoints alone are watched from now on.
  void set_endpoints(const std::set<std::string>& endpoints);

  // Channels that fail now, told of or not yet.
  std::vector<ChannelTrouble> troubles() const;
  // Whether a delivery there can be news.
  bool knows(const std::string& endpoint) const { return channels_.contains(endpoint); }
  // Whether it is worth telling somebody there.
  bool works(const std::string& endpoint) const;

  void collect(std::vector<StateRow>& out);
  void restore(const StateRow& row);

 private:
  struct Channel {
    ChannelTrouble trouble;
    Instant told_at = kNoTime;
    bool told_lately(Instant now) const {
      // A clock that was set back must not silence the notices until it is here again.
      return told_at != kNoTime && now >= told_at && now < told_at + kQuiet;
    }
  };
  std::optional<News> delivered(const DeliveryReport& report, Instant now);
  void note_failure(ChannelTrouble& trouble, const DeliveryReport& report, Instant now);

  std::map<std::string, Channel> channels_;  // that fail, or failed of late
  std::set<std::string> dirty_;
};

// What the topic's others are told of a failure: `message` itself, with who did not get it and why
// on top.
Notification channel_notice(const ChannelWatch::News& news, const DeliveryReport& report,
                            const Notification& message);
// All that people are told of a channel has one dedup_key, so that the last closes what the first
// has opened. Its ids are of the message, the endpoint, the topic and the incident, for one message
// may be given up twice: redriven, or behind an incident that is over.
std::string channel_notice_key(const std::string& endpoint);
std::string channel_notice_id(const ChannelWatch::News& news, const DeliveryReport& report,
                              const std::string& topic);
// "Not delivered to slack hooks.slack.com (HTTP 404; 3 attempts)", "slack hooks.slack.com works
// again after 4h; 2 messages became dead letters".
std::string channel_words(const ChannelWatch::News& news, const DeliveryReport& report);
// What it means for those who learn of it on topic `told`: "Dead letters of topic "security": ...",
// "No other subscription of topic "security" works: ...".
std::string channel_detail(const ChannelWatch::News& news, const std::string& told);

}  // namespace tocsin
