// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/timestamps.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

// Each line is a second of the day, or "-" for a line without a time; "!" at its end: it matches.
std::string list(const std::vector<std::string>& lines, TimestampNeed need) {
  std::string bytes;
  for (const std::string& line : lines)
    bytes += (line.starts_with('-') ? line : "2026-01-01T" + line) + "\n";
  const EventBlock block{bytes, std::nullopt};
  TimeSpec spec;
  spec.zone = "UTC";
  const EventTime time = *EventTime::compile(spec, "file");
  JsonReader reader;
  EventView view(reader);
  std::vector<EventTimestamp> out;
  Timestamps stamps(block, time, need, *parse_rfc3339("2026-01-02T00:00:00Z"), view, out);
  EventCursor at(block);
  for (; !at.at_end(); at.next())
    if (at.message().ends_with('!')) stamps.matched(at);
  stamps.finish(at);
  std::string text;
  for (const EventTimestamp& stamp : out) {
    text += (text.empty() ? "" : " ") + std::to_string(stamp.index);
    const std::string line = lines.at(stamp.index).substr(0, 8);
    if (stamp.time == kNoTime) CHECK(line.starts_with('-'));
    if (stamp.time != kNoTime) CHECK(format_rfc3339(stamp.time).substr(11, 8) == line);
  }
  return text;
}

const std::vector<std::string> kLines = {
    "10:00:00",  "10:00:01", "10:00:02", "10:00:03", "10:00:04", "10:00:05", "10:01:00",
    "10:01:01!", "10:01:02", "10:01:03", "10:01:04", "10:01:05", "10:01:06", "10:01:07"};

}  // namespace

TEST_CASE("the first and the last two events and the two before a match have a timestamp",
          "[match][time]") {
  CHECK(list(kLines, TimestampNeed::sparse) == "0 5 6 7 12 13");
  CHECK(list({}, TimestampNeed::sparse) == "");
  CHECK(list({"10:00:00"}, TimestampNeed::sparse) == "0");
  CHECK(list({"10:00:00!"}, TimestampNeed::sparse) == "0");
  CHECK(list({"10:00:00", "10:00:01!", "10:00:02!"}, TimestampNeed::sparse) == "0 1 2");
}

TEST_CASE("a match without a time brings the nearest event before it that has one",
          "[match][time]") {
  CHECK(list({"10:00:00", "10:00:01", "10:00:02", "-", "-", "-", "-!"}, TimestampNeed::sparse) ==
        "0 2 4 5 6");
  CHECK(list({"-", "-", "-", "-", "-!", "-", "-!"}, TimestampNeed::sparse) == "0 2 3 4 5 6");
}

TEST_CASE("for default values each minute has an event, or each event a timestamp",
          "[match][time]") {
  CHECK(list(kLines, TimestampNeed::each_minute) == "0 4 5 6 7 12 13");
  CHECK(list({"10:00:00", "10:00:01", "-", "10:01:02", "10:01:03", "10:01:04", "10:01:05"},
             TimestampNeed::each_minute) == "0 1 2 3 5 6");
  CHECK(list(kLines, TimestampNeed::each_event) == "0 1 2 3 4 5 6 7 8 9 10 11 12 13");
}
