// SPDX-License-Identifier: Apache-2.0
// The time that stands in an event: spec/time.md section 1.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/pattern/event_view.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Compiled from a TimeSpec; immutable, any thread.
class EventTime {
 public:
  // `input` decides the default: "cloudtrail" and "s3" read $.eventTime. Error (code bad-value):
  // unknown zone or format, a field that is no selector.
  static Result<EventTime> compile(const TimeSpec& spec, std::string_view input);

  // kNoTime if no time stands in `message`. `near` (the file's mtime) settles a missing year: the
  // one that brings the line closest before it, up to two hours after it allowed for clocks that
  // differ.
  Instant find(std::string_view message, Instant near) const;
  // The same, sharing what the event's view has already made.
  Instant find(EventView& event, Instant near) const;

  // The selector of the field that holds the time of JSON events; empty: it is found otherwise.
  const std::string& field() const;
  // The same as find() of an event in which field() selects `text`.
  Instant find_in_field(std::string_view text, Instant near) const;

 private:
  struct Plan;
  std::shared_ptr<const Plan> plan_;
};

// RFC 3339, UTC, milliseconds: "2026-01-01T00:00:00.000Z".
std::string format_rfc3339(Instant t);
// Also with an IANA zone: "2026-01-01T01:00:00.000+01:00". Unknown zone: UTC.
std::string format_rfc3339(Instant t, std::string_view zone);
// Accepts what format_rfc3339 prints, with or without fraction, "Z" or an offset.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace tocsin
