// SPDX-License-Identifier: Apache-2.0
#include "daemon/channel_message.hpp"

#include "notifiers/text.hpp"
#include "rules/message/notices.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSubjectMax = 100;

}  // namespace

Notification channel_message(const ChannelWatch::News& news, const DeliveryReport& report,
                             const std::string& topic, const RuleSet& rules) {
  const std::string words = channel_words(news, report);
  Notification n = make_channel_notification(topic, rules, news.at,
                                             {.works = news.works,
                                              .of_topic = report.topic,
                                              .summary = words,
                                              .detail = channel_detail(news, topic),
                                              .has_lost = news.trouble.dead_letters > 0,
                                              .since = news.trouble.since});
  n.message_id = channel_notice_id(news, report, topic);
  n.dedup_key = channel_notice_key(report.endpoint);
  n.subject = truncate(one_line(words), kSubjectMax);
  return n;
}

}  // namespace tocsin
