// SPDX-License-Identifier: Apache-2.0
// What every channel tells first, chosen once: who did what, when, from where, to which resources;
// then the value against the condition. Labels and values for people, values cleaned but not
// escaped. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/notification.hpp"

namespace tocsin {

struct Fact {
  std::string label;  // "Who"
  std::string value;
};

// "ALARM: root-login"; with a key: "ALARM: root-login (account = 1111)". Of a digest its subject.
std::string title(const Notification& n);
// The rule's summary, or the reason if there is none.
std::string headline(const Notification& n);
// The five W's of the newest event; without an event what is known of the transition. Empty ones
// are left out.
std::vector<Fact> five_w_facts(const Notification& n);
// Of a digest none.
// Value, condition, state change, how long it lasted, severity, reason.
std::vector<Fact> judgement_facts(const Notification& n);
// "newest 2 of 7 events"; empty without events.
std::string events_caption(const Notification& n);
// One line of an event: who, what, where, which.
std::string event_line(const NotifiedEvent& event);
// One line of a digest: "ALARM: root-login (account = 1111), 3 messages - Root activity - TIME".
std::string digest_text(const DigestLine& line);
// Those that are shown where no more than `most` have room, and words for the rest (or empty).
std::string digest_rest(const Notification& n, std::size_t most);
// "#D13212" for ALARM: the colour that goes with a state, always beside the word.
std::string_view state_colour(AlarmState state);
// A notice that the message is out of order, or empty.
std::string order_notice(bool superseded, bool overtaking);

}  // namespace tocsin
