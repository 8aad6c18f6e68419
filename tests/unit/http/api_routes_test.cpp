// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_routes.hpp"

#include <nlohmann/json.hpp>

#include "daemon/http/api_target.hpp"
#include "fake_source.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;

ApiResponse over_socket(ApiSource& source, const std::string& method, const std::string& target) {
  return answer({.method = method, .target = target, .host = "tocsin", .trusted = true}, source);
}

ApiResponse over_tcp(ApiSource& source, const std::string& method, const std::string& target,
                     const std::string& host) {
  return answer({.method = method, .target = target, .host = host, .trusted = false}, source);
}

TEST_CASE("alarms are listed with state, key and times", "[http]") {
  FakeSource source;
  const ApiResponse response = over_socket(source, "GET", "/api/v1/alarms");
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  const Json alarm = Json::parse(response.body)["alarms"][0];
  CHECK(alarm["alarm"] == "team/login");
  CHECK(alarm["state"] == "ALARM");
  CHECK(alarm["key"]["account"] == "111122223333");
  CHECK(alarm["state_since"] == "1970-01-01T00:00:01.000Z");
  CHECK(alarm["reason_data"]["version"] == "1.0");
}

TEST_CASE("alarms are listed in pages, each beginning where the one before ended", "[http]") {
  FakeSource source;
  source.statuses.assign(25, source.statuses[1]);
  for (std::size_t i = 0; i < source.statuses.size(); ++i)
    source.statuses[i].alarm = (i % 2 == 0 ? "even-" : "odd-") + std::to_string(i);
  std::vector<std::string> seen;
  const auto read = [&](const std::string& query) {
    seen.clear();
    std::string after;
    for (int pages = 1;; ++pages) {
      const Json page =
          Json::parse(over_socket(source, "GET", "/api/v1/alarms?limit=10&" + query + after).body);
      for (const Json& alarm : page["alarms"]) seen.push_back(alarm["alarm"]);
      if (page["next"].is_null()) return pages;
      after = "&after=" + page["next"].get<std::string>();
    }
  };
  CHECK(read("") == 3);
  CHECK(seen.size() == 25);
  CHECK(read("name=odd-*") == 2);
  CHECK(seen.size() == 12);
  CHECK(read("name=odd-*&name=even-2*") == 2);  // several patterns: any of them
  CHECK(seen.size() == 16);
  CHECK(read("state=ALARM") == 1);
  CHECK(seen.empty());
}

TEST_CASE("alarms are found by tag and counted with their keys", "[http]") {
  FakeSource source;
  const auto list = [&](const std::string& query) {
    return Json::parse(over_socket(source, "GET", "/api/v1/alarms?" + query).body)["alarms"];
  };
  CHECK(list("tag=team%3Dblue").size() == 1);
  CHECK(list("tag=team%3Dblue&tag=tier%3D1").empty());
  CHECK(list("by=alarm")[0]["keys"]["ALARM"] == 3);
  CHECK(list("by=alarm")[1]["keys"].is_null());
  for (const char* wrong : {"tag=team", "state=alarm", "after=zz", "after=00", "by=hand"})
    CHECK(over_socket(source, "GET", std::string("/api/v1/alarms?") + wrong).status == 400);
}

TEST_CASE("a name in the path is percent-decoded, a slash in it included", "[http]") {
  FakeSource source;
  const ApiResponse response = over_socket(source, "GET", "/api/v1/alarms/team%2Flogin");
  REQUIRE(response.status == 200);
  const Json body = Json::parse(response.body);
  CHECK(body["states"].size() == 1);
  CHECK(body["rule"]["severity"] == "critical");
  CHECK(body["transitions"][0]["events"][0]["source"] == "trail/a.json.gz");
  CHECK(over_socket(source, "GET", "/api/v1/alarms/team/login").status == 404);
}

TEST_CASE("what is not there, not allowed or not well formed is a problem document", "[http]") {
  FakeSource source;
  const auto status = [&](const char* method, const char* target) {
    const ApiResponse response = over_socket(source, method, target);
    CHECK(response.content_type == "application/problem+json");
    CHECK(Json::parse(response.body)["status"] == response.status);
    return response.status;
  };
  CHECK(status("GET", "/api/v1/alarms/none") == 404);
  CHECK(status("GET", "/api/v2/alarms") == 404);
  CHECK(status("GET", "/api/v1/alarms/%zz") == 400);
  CHECK(status("GET", "/api/v1/alarms/a%00b") == 400);
  CHECK(status("GET", "api") == 400);
  CHECK(status("GET", "/api/v1/dead-letters?limit=0") == 400);
  CHECK(status("DELETE", "/api/v1/alarms") == 405);
  CHECK(status("POST", "/api/v1/notify/nobody/test") == 404);
  CHECK(over_socket(source, "DELETE", "/api/v1/alarms").allow == "GET");
  source.broken = true;
  CHECK(status("GET", "/api/v1/alarms") == 503);
}

TEST_CASE("what changes something is taken over the unix socket only", "[http]") {
  FakeSource source;
  CHECK(over_socket(source, "POST", "/api/v1/notify/security/test").status == 200);
  CHECK(over_tcp(source, "POST", "/api/v1/notify/security/test", "127.0.0.1").status == 403);
}

TEST_CASE("over TCP a page elsewhere cannot read along by rebinding its name", "[http]") {
  FakeSource source;
  const auto status = [&](const char* host, const char* target = "/api/v1/alarms") {
    return over_tcp(source, "GET", target, host).status;
  };
  CHECK(status("127.0.0.1:8686") == 200);
  CHECK(status("localhost") == 200);
  CHECK(status("[::1]:8686") == 200);
  CHECK(status("evil.example.com") == 403);
  CHECK(status("127.0.0.1.evil.example.com") == 403);
  CHECK(status("") == 403);
  CHECK(status("metrics.internal:8686", "/metrics") == 200);
}

TEST_CASE("dead letters are settled by what the body names, over the socket only", "[http]") {
  FakeSource source;
  const auto post = [&](const std::string& what, const std::string& body, bool trusted = true) {
    return answer({.method = "POST",
                   .target = "/api/v1/dead-letters/" + what,
                   .host = "localhost",
                   .trusted = trusted,
                   .body = body},
                  source);
  };
  CHECK(Json::parse(post("redrive", R"({"ids":[7]})").body)["concerned"] == 1);
  CHECK(post("purge", R"({"all":true})").status == 200);
  CHECK(post("purge", R"({"ids":[8]})").status == 404);
  for (const char* body :
       {"", "{}", R"({"all":false})", R"({"ids":["7"]})", R"({"ids":[7],"all":true})",
        R"({"ids":[7],"topic":"security"})", R"({"idss":[7]})"})
    CHECK(post("purge", body).status == 400);
  CHECK(post("purge", R"({"all":true})", false).status == 403);
  CHECK(over_socket(source, "GET", "/api/v1/dead-letters/x").status == 404);
  const Json page = Json::parse(over_socket(source, "GET", "/api/v1/dead-letters?limit=1").body);
  CHECK(page["dead_letters"][0]["status"] == 404);
  const std::string next = page["next"];
  CHECK(Json::parse(
            over_socket(source, "GET", "/api/v1/dead-letters?after=" + next).body)["dead_letters"]
            .empty());
  CHECK(over_socket(source, "GET", "/api/v1/dead-letters?after=x").status == 400);
}

TEST_CASE("from outside there is the certificate and nothing else", "[http]") {
  FakeSource source;
  const auto from_outside = [&](const std::string& target) {
    return answer({.method = "GET", .target = target, .host = "evil.example.com", .outside = true},
                  source);
  };
  CHECK(from_outside("/sns/authority.pem").content_type == "application/x-pem-file");
  CHECK(from_outside("/sns/authority.key").status == 404);
  for (const char* target : {"/api/v1/status", "/api/v1/alarms", "/metrics", "/healthz", "/"})
    CHECK(from_outside(target).status == 404);
  CHECK(from_outside("/sns?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:r:0:security:1").status ==
        403);
  CHECK(from_outside("/sns?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:r:0:security:2").status ==
        200);
  const std::string confirm = "/sns?Action=ConfirmSubscription&TopicArn=arn:aws:sns:r:0:security";
  CHECK(Json::parse(from_outside(confirm + "&Token=good").body)["state"] == "confirmed");
  CHECK(from_outside(confirm + "&Token=bad").status == 404);
  CHECK(from_outside(confirm).status == 404);
  CHECK(from_outside("/sns?Action=Publish").status == 400);
}

TEST_CASE("readiness says why it is not", "[http]") {
  FakeSource source;
  CHECK(over_socket(source, "GET", "/healthz").body == "ok\n");
  CHECK(over_socket(source, "GET", "/readyz").status == 200);
  source.readiness = {false, "the state cannot be stored"};
  const ApiResponse response = over_socket(source, "GET", "/readyz");
  CHECK(response.status == 503);
  CHECK(response.body == "the state cannot be stored\n");
}

TEST_CASE("history is limited as asked", "[http]") {
  FakeSource source;
  const auto size = [&](const char* target) {
    return Json::parse(over_socket(source, "GET", target).body)["history"].size();
  };
  CHECK(size("/api/v1/alarms/team%2Flogin/history") == 3);
  CHECK(size("/api/v1/alarms/team%2Flogin/history?limit=2") == 2);
}

TEST_CASE("bytes that are no text do not break the JSON", "[http]") {
  FakeSource source;
  const Json body = Json::parse(over_socket(source, "GET", "/api/v1/streams").body);
  CHECK(body["streams"][0]["stream"] == "/var/log/trail/\xEF\xBF\xBD.log");
}

TEST_CASE("status, dead letters and metrics are there", "[http]") {
  FakeSource source;
  const Json status = Json::parse(over_socket(source, "GET", "/api/v1/status").body);
  CHECK(status["alarms"]["ALARM"] == 1);
  CHECK(status["outbox"]["waiting"] == 3);
  CHECK(status["log_groups"][0]["events"] == 12);
  CHECK(status["outbox"]["oldest"].is_null());
  const Json dead = Json::parse(over_socket(source, "GET", "/api/v1/dead-letters").body);
  CHECK(dead["dead_letters"][0]["message"]["subject"] == "ALARM");
  CHECK(over_socket(source, "GET", "/metrics").content_type ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST_CASE("any name survives the way into a path and back", "[http]") {
  const std::string name = "a/b c%?#&\xc3\xa9\xff";
  const auto target = parse_target("/api/v1/alarms/" + percent_encode(name));
  REQUIRE(target);
  CHECK(target->names("/api/v1/alarms/{}") == std::vector{name});
}

}  // namespace
}  // namespace tocsin
