// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;
using nlohmann::json;

TEST_CASE("a file takes one line a message, in each format", "[notifiers][file]") {
  Notification n = test::sample_notification();
  n.event_record = R"({"version":"0"})";
  const auto line = [&](const char* format) {
    Diagnostics out;
    const auto endpoints = make_file(
        map({{"path", scalar("/var/log/a.ndjson")}, {"format", scalar(format)}}), context(), out);
    CHECK(out.list().empty());
    REQUIRE(endpoints.size() == 1);
    return std::get<FileRequest>(endpoints[0].notifier->request(n, {.now = kNow})).line;
  };
  CHECK(json::parse(line("native"))["type"] == "alarm.state_changed");
  CHECK(json::parse(line("sns"))["Type"] == "Notification");
  CHECK(json::parse(line("cloudwatch"))["AlarmName"] == "sg-open");
  CHECK(line("eventbridge") == n.event_record);
  n.event_record = "no\nJSON";
  CHECK(line("eventbridge") == "no JSON");
}

TEST_CASE("a file is named by its path, and told by it when it cannot be written",
          "[notifiers][file]") {
  Diagnostics out;
  const auto endpoints = make_file(map({{"path", scalar("/var/log/a.ndjson")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].id == "security/file//var/log/a.ndjson");
  CHECK(endpoints[0].label == "file /var/log/a.ndjson");
  const Notifier& file = *endpoints[0].notifier;
  CHECK(file.outcome({.status = 200}, kNow).outcome == Delivery::Outcome::delivered);
  const Delivery later = file.outcome(
      {.failure = Response::Failure::other, .detail = "cannot be opened: Permission denied"}, kNow);
  CHECK(later.outcome == Delivery::Outcome::retry);
  CHECK(later.detail == "/var/log/a.ndjson: cannot be opened: Permission denied");
  for (const char* path : {"alarms.ndjson", "/var/log/", ""}) {
    Diagnostics faults;
    make_file(map({{"path", scalar(path)}}), context(), faults);
    CHECK(codes(faults) == Codes{"bad-value"});
  }
}

}  // namespace tocsin
