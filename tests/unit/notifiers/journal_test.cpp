// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "notifiers/channels.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

std::multimap<std::string, std::string> entry(const Notification& n, const Attempt& attempt = {}) {
  Diagnostics out;
  const auto made = make_journal(test::map({}), {}, out);
  REQUIRE(made.size() == 1);
  const auto request = std::get<JournalRequest>(made[0].notifier->request(n, attempt));
  return {request.fields.begin(), request.fields.end()};
}

std::string field(const std::multimap<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "(none)" : found->second;
}

}  // namespace

TEST_CASE("an entry of the journal has the fields that people search by", "[notifiers][journal]") {
  const auto fields = entry(test::sample_notification());
  CHECK(field(fields, "MESSAGE") ==
        "ALARM: sg-open (account = 111122223333): alice opened sg-0a1b2c3d to the world");
  CHECK(field(fields, "MESSAGE_ID") == "3a7f1d0c5b6e4c2f9e81d4a6b0c25f77");
  CHECK(field(fields, "PRIORITY") == "3");
  CHECK(field(fields, "TOCSIN_ALARM") == "sg-open");
  CHECK(field(fields, "TOCSIN_STATE") == "ALARM");
  CHECK(field(fields, "TOCSIN_KEY") == "account=111122223333");
  CHECK(field(fields, "TOCSIN_WHO") == "IAM user alice (111122223333)");
  CHECK(fields.count("TOCSIN_EVENT") == 1);
  CHECK(fields.count("TOCSIN_SUPERSEDED") == 0);
}

TEST_CASE("what is over is a notice, whatever the severity was", "[notifiers][journal]") {
  Notification n = test::sample_notification();
  n.severity = Severity::critical;
  CHECK(field(entry(n), "PRIORITY") == "2");
  n.transition.to = AlarmState::ok;
  Attempt late;
  late.superseded = true;
  CHECK(field(entry(n, late), "PRIORITY") == "5");
  CHECK(field(entry(n, late), "TOCSIN_SUPERSEDED") == "1");
}

TEST_CASE("names of fields are what journald takes, and values stay in their line",
          "[notifiers][journal]") {
  Notification n = test::sample_notification();
  n.summary = "two\nTOCSIN_STATE=OK" + std::string(10'000, 'x');
  for (const auto& [name, value] : entry(n)) {
    INFO(name);
    CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos);
    CHECK(name.size() <= 64);
    CHECK(value.find('\n') == std::string::npos);
    CHECK(value.size() <= 4000);
  }
}

}  // namespace tocsin
