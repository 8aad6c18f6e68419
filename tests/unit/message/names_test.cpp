// SPDX-License-Identifier: Apache-2.0
#include "rules/message/names.hpp"

#include "rules/message/cloudwatch_message.hpp"
#include "rules/message/text.hpp"
#include "support/catch.hpp"

using namespace tocsin;

TEST_CASE("a version 5 UUID is that of RFC 4122 in the URL namespace", "[message]") {
  CHECK(uuid_v5("tocsin") == "39c10d6b-fa8a-5cb8-a43b-0d5ea32facf8");
  CHECK(uuid_v5("") == "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
}

TEST_CASE("ARNs carry region, account and name", "[message]") {
  const Identity identity{"111122223333", "eu-west-3", "prod"};
  CHECK(alarm_arn(identity, "root-login") ==
        "arn:aws:cloudwatch:eu-west-3:111122223333:alarm:root-login");
  CHECK(topic_arn(identity, "security") == "arn:aws:sns:eu-west-3:111122223333:security");
}

TEST_CASE("a key is canonical JSON whatever stands in its values", "[message]") {
  CHECK(canonical_key({}) == "{}");
  CHECK(canonical_key({{"account", "111122223333"}, {"user", "a\"b\\c\nd\x01"}}) ==
        R"({"account":"111122223333","user":"a\"b\\c\nd\u0001"})");
  CHECK(canonical_key({{"k", "\xFFz"}}) == "{\"k\":\"\xEF\xBF\xBDz\"}");
  CHECK(key_text({{"account", "1"}, {"user", ""}}) == "account=1, user=(none)");
}

TEST_CASE("a subject is one line of at most 100 characters and keeps the region", "[message]") {
  const Identity identity{"111122223333", "us-east-1", "prod"};
  CHECK(make_subject(to_string(AlarmState::alarm), "RootAccountUsage", identity) ==
        "ALARM: \"RootAccountUsage\" in US East (N. Virginia)");
  const std::string long_name(300, 'x');
  const std::string cut =
      make_subject(to_string(AlarmState::insufficient_data), long_name, identity);
  CHECK(count_code_points(cut) == 100);
  CHECK(cut.ends_with("...\" in US East (N. Virginia)"));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xBC";
  CHECK(count_code_points(make_subject(to_string(AlarmState::ok), umlauts, identity)) == 100);
  CHECK(make_subject(to_string(AlarmState::ok), "a\r\nBcc: x@example.com", identity) ==
        "OK: \"a Bcc: x@example.com\" in US East (N. Virginia)");
}

TEST_CASE("an unknown region shows its code", "[message]") {
  CHECK(region_display_name("xx-nowhere-9") == "xx-nowhere-9");
  CHECK(region_display_name("eu-central-1") == "EU (Frankfurt)");
}
