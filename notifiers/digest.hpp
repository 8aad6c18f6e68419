// SPDX-License-Identifier: Apache-2.0
// One message that stands for several of one topic. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/notification.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A message as a line of its own.
DigestLine digest_line(const Notification& n);

// What is the same in every message of a topic.
struct DigestHead {
  std::string topic;
  std::string topic_arn;
  std::string time_zone;
  Identity identity;
};
DigestHead digest_head(const Notification& n);

struct DigestContent {
  std::string id;         // the message's; stable over a crash
  std::string dedup_key;  // of its own: no digest takes the place of another
  DigestHead head;
  std::vector<DigestLine> lines;  // a line a message, or more; in order of their arrival
  std::string why;                // "held back by `group`": ends the summary
};

// Lines of one (alarm, key) become one, with counts; in ALARM first, then by severity, then the
// newest first. The state is ALARM if any line's is.
Notification make_digest(DigestContent content, Instant now);

// The dedup_key of a digest by its id: no alarm's begins like it, nor that of a notice of Tocsin's
// own (own_notice.hpp), for what is lost with a digest is lost of alarms.
inline std::string digest_key(std::string_view id) { return std::string("digest ").append(id); }
inline bool is_digest_key(std::string_view dedup_key) { return dedup_key.starts_with("digest "); }

// Whether a message is a digest.
inline bool is_digest(const Notification& n) { return n.cause == MessageCause::digest; }

}  // namespace tocsin
