// SPDX-License-Identifier: Apache-2.0
// Which message goes on its own, and which waits to be a line of a digest: `group`, `digest`,
// `rate_limit` of a subscription and `storm_control` of an alarm. A pure state machine: no thread,
// no I/O, no clock. Whoever drives it stores, in one commit, what it says of a message with the
// message, and collect() with both. docs/quiet.md.
//
//   - Nothing is dropped: a message goes at once, or in exactly one batch that is handed out.
//   - To one endpoint messages of one (alarm, key) leave in the order in which they were offered.
//   - The first ALARM of a group, and of an alarm under storm control, goes at once: it waits only
//   where `wait`, `digest` or `rate_limit` says so.
//
// Memory: a line a waiting message, at most kMembersMax a batch, which then goes early; of an
// endpoint at most as many as its outbox takes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifiers/digest.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Messages that wait together.
struct Batch {
  std::vector<std::string> ids;  // under which they are stored; the first is the digest's own
  std::string window;            // of the gate
  MessageRate limit;             // that they count for when they go; none: nobody's
  std::string why;
  DigestHead head;
  std::vector<DigestLine> lines;  // a line a message, in order of their arrival
};

class NoiseGate {
 public:
  static constexpr std::size_t kMembersMax = 500;
  static constexpr std::string_view kStateKind = "quiet";

  // The endpoints from now on. What waits for one whose policy is another, or that is gone, is due.
  void set_endpoints(const std::vector<Endpoint>& endpoints, Instant now);

  // Nothing: it goes now. Else under which id it is stored until its batch is taken. Take what is
  // due before.
  std::optional<std::string> offer(const Notification& n, const std::string& endpoint, Instant now);

  // Batches whose time has come, each once: of one message to be sent as it is, of several to be
  // made a digest.
  struct Due {
    std::string endpoint;
    Batch batch;
  };
  std::vector<Due> take_due(Instant now);
  // When take_due() has something by the passing of time alone.
  Instant next_due() const;

  // How many messages wait, by endpoint; those without any are not there.
  std::map<std::string, std::size_t> waiting() const;

  // Rows of kStateKind that changed. To be restored before the messages that were stored as
  // waiting, in order of their storage; then the gate is as it was.
  void collect(std::vector<StateRow>& out);
  void restore(const StateRow& row);
  void restore_waiting(const Notification& n, const std::string& endpoint, const std::string& id);

 private:
  // One limit over the messages that share a name: at most so many within some time.
  struct Limit {
    std::string name;
    MessageRate rate;  // no messages: all wait
    Duration wait{0};
    bool spares_first_alarm = false;
    std::string why;
  };
  struct Window {
    MessageRate limit;
    std::vector<Instant> sent;   // within `limit.per`, oldest first
    Instant alarm_at = kNoTime;  // when an ALARM was last sent
    std::optional<Batch> batch;
    Instant due = kNever;     // of the batch
    Instant queued = kNever;  // its place in queue_
  };
  struct Lane {
    QuietPolicy policy;
    bool takes_digests = true;
    bool known = false;
    std::map<std::string, Window> windows;
    std::vector<Batch> ready;
  };
  using Place = std::pair<std::string, std::string>;  // endpoint, window

  static std::vector<Limit> limits_of(const Notification& n, const Lane& lane);
  static bool applies(const std::string& window, const Lane& lane);
  static bool refuses(const Lane& lane, const Limit& limit, Instant now);
  static bool holds_key(const Lane& lane, const Limit& limit, const Notification& n);
  static bool spares(const Lane& lane, const Limit& limit, const Notification& n, Instant now);
  static void forget_old(Window& window, Instant now);
  static Instant slot_at(const Window& window, Instant now);
  std::string hold(const std::string& endpoint, Lane& lane, const Limit& limit,
                   const Notification& n, Instant now);
  void charge(const std::string& endpoint, Lane& lane, const std::string& name,
              const MessageRate& limit, bool alarm, Instant now);
  void close(const std::string& endpoint, Lane& lane, const std::string& window);
  void take_ready(const std::string& endpoint, Lane& lane, Instant now, std::vector<Due>& out);
  void settle(const std::string& endpoint, const std::string& name, Lane& lane);
  void follow_clock(Instant now);

  std::map<std::string, Lane> lanes_;
  std::set<std::pair<Instant, Place>> queue_;
  std::map<std::string, Instant> ready_;  // endpoints with ready batches: when they may go
  std::set<Place> dirty_;
  Instant last_now_ = kNoTime;
};

}  // namespace tocsin
