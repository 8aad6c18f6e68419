// SPDX-License-Identifier: Apache-2.0
// What every channel tells first, chosen once: who did what, when, from where, to which resources;
// then the value against the condition. Labels and values for people, values cleaned but not
// escaped. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

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
// Value, condition, datapoints and their chart, state change, how long it lasted, how often it
// fires, severity, what a composite alarm rests on, reason, runbook. Of a digest none.
std::vector<Fact> judgement_facts(const Notification& n);
// "newest 2 of 7 events"; empty without events.
std::string events_caption(const Notification& n);
// One line of an event: who, what, where, which.
std::string event_line(const NotifiedEvent& event);
// "ALARM: root-login (account = 1111), 3 messages".
std::string digest_title(const DigestLine& line);
// "Root activity - TIME".
std::string digest_words(const DigestLine& line);
// One line of a digest: "ALARM: root-login (account = 1111), 3 messages - Root activity - TIME".
std::string digest_text(const DigestLine& line);
// Those that are shown where no more than `most` have room, and words for the rest (or empty).
std::string digest_rest(const Notification& n, std::size_t most);
// "#D13212" for ALARM: the colour that goes with a state, always beside the word.
std::string_view state_colour(AlarmState state);
// "4 times in 30 days"; empty: not known.
std::string firings_text(const Notification& n);
// "▁▁▃█ (the last 5 min, threshold 3)"; empty without a chart.
std::string trend_text(const Notification& n);
// Why somebody gets this: topic, subscription and its filter, the rule and its pattern. `who`:
// empty: the subscription's own name.
std::string told_because(const Notification& n, const Attempt& attempt, std::string_view who = {});
// What a template of the rule or topic made for `target`; empty: there is none.
std::string_view rendered_for(const Notification& n, std::string_view target);
// A notice that the message is out of order, or empty.
std::string order_notice(bool superseded, bool overtaking);

}  // namespace tocsin
