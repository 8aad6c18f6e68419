// SPDX-License-Identifier: Apache-2.0
#include "rules/message/evidence.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/redaction.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::string kept(std::string_view message, std::size_t limit = kStoredEvidenceBytes) {
  return trim_evidence(message, EvidenceSpec{}, limit);
}

bool is_json(const std::string& text) { return nlohmann::json::accept(text); }

}  // namespace

TEST_CASE("values of secret names are redacted, whatever they are", "[message][evidence]") {
  CHECK(kept(R"({"user":"a","password":"p","dbPassword":7,"Private-Key":"k","privatekey":"k"})") ==
        R"({"user":"a","password":"[redacted]","dbPassword":"[redacted]",)"
        R"("Private-Key":"[redacted]","privatekey":"[redacted]"})");
  CHECK(
      kept(R"({"a":{"credentials":{"x":1},"sessionToken":["y"],"AUTHORIZATION":"Basic zzz"}})") ==
      R"({"a":{"credentials":"[redacted]","sessionToken":"[redacted]","AUTHORIZATION":"[redacted]"}})");
}

TEST_CASE("what a secret name says by being there or not stays", "[message][evidence]") {
  CHECK(kept(R"({"passwordReset":true,"token":null,"secret":"","credentials":{}})") ==
        R"({"passwordReset":true,"token":null,"secret":"","credentials":{}})");
}

TEST_CASE("a pair of name and value is redacted by the name that it holds", "[message][evidence]") {
  CHECK(
      kept(R"({"environment":[{"name":"DB_PASSWORD","value":"p"},{"name":"TZ","value":"UTC"}]})") ==
      R"({"environment":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"TZ","value":"UTC"}]})");
}

TEST_CASE("access key ids keep their last four characters", "[message][evidence]") {
  CHECK(kept(R"({"accessKeyId":"AKIAIOSFODNN7EXAMPLE","m":"key ASIAIOSFODNN7EXAMPL2 used"})") ==
        R"({"accessKeyId":"****MPLE","m":"key ****MPL2 used"})");
  CHECK(kept("key AKIAIOSFODNN7EXAMPLE rotated") == "key ****MPLE rotated");
}

TEST_CASE("secrets in plain lines are redacted", "[message][evidence]") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"login user=bob password=hunter2 ok", "login user=bob password=[redacted] ok"},
      {"db Password: hunter2, retry", "db Password: [redacted], retry"},
      {"{'token': 'abc', 'n': 1", "{'token': '[redacted]', 'n': 1"},
      {R"(x "api_token":"ab\"c" y)", R"(x "api_token":"[redacted]" y)"},
      {"GET /?token=abc&page=2", "GET /?token=[redacted]&page=2"},
      {"mysql --password hunter2 --user bob", "mysql --password [redacted] --user bob"},
      {"Authorization: Bearer abc.def ghi", "Authorization: [redacted]"},
      {"curl -H 'Authorization: Basic Zm9v' http://x",
       "curl -H 'Authorization: [redacted]' http://x"},
      {"https://bob:hunter2@example.com/x", "https://bob:[redacted]@example.com/x"},
      {"private key: abc", "private key: [redacted]"},
      {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- tail",
       "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY----- tail"},
      // Not secrets.
      {"Failed password for root from 192.0.2.7 port 22 ssh2",
       "Failed password for root from 192.0.2.7 port 22 ssh2"},
      {"password= user=bob", "password= user=bob"},
      {"the security token is expired", "the security token is expired"},
      {"see https://example.com:8443/a@b", "see https://example.com:8443/a@b"},
  };
  for (const auto& [line, expected] : rows) {
    CHECK(redact_text(line) == expected);
    CHECK(redact_text(expected) == expected);
  }
}

TEST_CASE("numbers and texts stay as they were written", "[message][evidence]") {
  CHECK(kept(R"( {"n":123456789012345678901234567890,"e":1.50E+3,"z":-0,"u":"\u00e9\/\n"} )") ==
        "{\"n\":123456789012345678901234567890,\"e\":1.50E+3,\"z\":-0,\"u\":\"\xC3\xA9/\\n\"}");
}

TEST_CASE("fields keeps what it selects and drop leaves out", "[message][evidence]") {
  const std::string event = R"({"a":{"b":1,"c":2},"l":[{"x":1,"y":2},{"x":3}],"d.e":5,"s":6})";
  EvidenceSpec spec;
  spec.fields = {"$.a.b", "$.l[*].x", "$.['d.e']", "$.absent"};
  CHECK(trim_evidence(event, spec, 1000) == R"({"a":{"b":1},"l":[{"x":1},{"x":3}],"d.e":5})");
  spec.drop = {"$.l[0]"};
  CHECK(trim_evidence(event, spec, 1000) == R"({"a":{"b":1},"l":[{"x":3}],"d.e":5})");
  spec.fields = {};
  spec.drop = {"$.a", "$.l"};
  CHECK(trim_evidence(event, spec, 1000) == R"({"d.e":5,"s":6})");
  // Selecting inside a secret does not show it.
  spec.drop = {};
  spec.fields = {"$.password.hash"};
  CHECK(trim_evidence(R"({"password":{"hash":"h"}})", spec, 1000) ==
        R"({"password":{"hash":"[redacted]"}})");
}

TEST_CASE("the longest values go first and the rest stays valid JSON", "[message][evidence]") {
  const std::string policy(20'000, 'p');
  const std::string event =
      R"({"eventName":"PutBucketPolicy","policy":")" + policy + R"(","who":"alice","n":12})";
  const std::string out = kept(event, 2048);
  CHECK(out.size() <= 2048);
  REQUIRE(is_json(out));
  const auto parsed = nlohmann::json::parse(out);
  CHECK(parsed.at("eventName") == "PutBucketPolicy");
  CHECK(parsed.at("who") == "alice");
  CHECK(parsed.at("policy").get<std::string>().ends_with("p..."));
}

TEST_CASE("an event of any shape fits any limit", "[message][evidence]") {
  std::vector<std::string> events;
  std::string wide = "{\"first\":1";
  for (int i = 0; i < 5000; ++i) wide += ",\"name" + std::to_string(i) + "\":[1,{\"x\":2}]";
  events.push_back(wide + "}");
  std::string list = "[0";
  for (int i = 0; i < 20'000; ++i) list += ",1";
  events.push_back(list + "]");
  events.push_back("{\"" + std::string(10'000, 'n') + "\":1}");
  events.push_back(std::string(900, '[') + std::string(900, ']'));
  events.push_back("{\"q\":\"" + [] {
    std::string escapes;
    for (int i = 0; i < 3000; ++i) escapes += "\\u0001\\\"\xE2\x82\xAC";
    return escapes;
  }() + "\"}");
  events.push_back("{\"n\":" + std::string(9000, '9') + "}");
  for (const std::string& event : events)
    for (const std::size_t limit : {2u, 10u, 100u, 2048u, 8192u}) {
      const std::string out = kept(event, limit);
      CHECK(out.size() <= limit);
      CHECK(is_json(out));
    }
}

TEST_CASE("a line that is no JSON is cut at a character with dots", "[message][evidence]") {
  std::string line;
  for (int i = 0; i < 2000; ++i) line += "\xE2\x82\xAC";
  const std::string out = kept(line, 2048);
  CHECK(out.size() <= 2048);
  CHECK(out.size() > 2040);
  CHECK(out.ends_with("\xE2\x82\xAC..."));
  CHECK(kept("short", 2048) == "short");
}

TEST_CASE("hostile bytes become text", "[message][evidence]") {
  CHECK(kept("\xFF\xFE{\"a\":1}") == "\xEF\xBF\xBD\xEF\xBF\xBD{\"a\":1}");
  CHECK(kept(std::string(100'000, '[')).size() <= kStoredEvidenceBytes);
  CHECK(kept("{\"a\":1}garbage") == "{\"a\":1}garbage");
  CHECK(kept("").empty());
  CHECK(kept(std::string(3, '\0')).size() == 3);
}

TEST_CASE("trimming twice is trimming once", "[message][evidence]") {
  for (const char* text :
       {R"({"accessKeyId":"AKIAIOSFODNN7EXAMPLE","password":"x","m":"token=abc"})",
        "password=hunter2 AKIAIOSFODNN7EXAMPLE"})
    CHECK(kept(kept(text)) == kept(text));
}
