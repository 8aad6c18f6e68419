// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "daemon/http/api_routes.hpp"
#include "fake_source.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

struct Answer {
  int status = 0;
  Json body;
};

Answer ask(FakeSource& source, const std::string& method, const std::string& target,
           const std::string& body = {}) {
  const ApiResponse response = answer({.method = method,
                                       .target = target,
                                       .host = "tocsin",
                                       .trusted = true,
                                       .caller = "alice",
                                       .body = body},
                                      source);
  return {response.status, Json::parse(response.body)};
}

template <class T>
T asked_for(const FakeSource& source, std::size_t index = 0) {
  REQUIRE(source.asked.size() > index);
  CHECK(source.asked[index].who == "alice");
  const T* what = std::get_if<T>(&source.asked[index].what);
  REQUIRE(what != nullptr);
  return *what;
}

TEST_CASE("a state is set with a reason, by the one who asks", "[http]") {
  FakeSource source;
  const Answer done =
      ask(source, "POST", "/api/v1/alarms/team%2Flogin/state",
          R"({"state":"ALARM","reason":"a drill","reason_data":{"n":1},"key":{"account":"1"}})");
  CHECK(done.status == 200);
  CHECK(done.body["concerned"] == 1);
  const auto what = asked_for<SetAlarmState>(source);
  CHECK(what.name.alarm == "team/login");
  CHECK(what.name.key == AlarmKey{{"account", "1"}});
  CHECK(what.state == AlarmState::alarm);
  CHECK(what.reason == "a drill");
  CHECK(what.reason_data == R"({"n":1})");
}

TEST_CASE("what is wrong with a body is said, and nothing is asked for", "[http]") {
  FakeSource source;
  const auto fault = [&](const std::string& target, const std::string& body) {
    const Answer bad = ask(source, "POST", target, body);
    CHECK(bad.status == 400);
    return bad.body["detail"].get<std::string>();
  };
  const std::string state = "/api/v1/alarms/calm/state";
  CHECK_THAT(fault(state, "{"), Contains("must be a JSON object"));
  CHECK_THAT(fault(state, "[]"), Contains("must be a JSON object"));
  CHECK_THAT(fault(state, R"({"state":"ALARM"})"), Contains("`reason` is missing"));
  CHECK_THAT(fault(state, R"({"state":1,"reason":"x"})"), Contains("`state` must be a text"));
  CHECK_THAT(fault(state, R"({"state":"RED","reason":"x"})"), Contains("INSUFFICIENT_DATA"));
  CHECK_THAT(fault(state, R"({"state":"OK","reason":"x","resaon":"y"})"),
             Contains("did you mean \"reason\"?"));
  CHECK_THAT(fault("/api/v1/alarms/calm/ack", R"({"for":"soon"})"), Contains("a duration"));
  CHECK_THAT(fault("/api/v1/alarms/calm/ack", R"({"for":"1h","until":"2026-01-01T00:00:00Z"})"),
             Contains("either"));
  CHECK_THAT(fault("/api/v1/alarms/calm/ack", R"({"key":["a"]})"), Contains("object of texts"));
  CHECK_THAT(fault("/api/v1/silences", R"({"alarms":["*"],"reason":"x"})"),
             Contains("`for` or `until`"));
  CHECK_THAT(fault("/api/v1/silences", R"({"alarms":"*","reason":"x","for":"1h"})"),
             Contains("array of texts"));
  CHECK_THAT(fault("/api/v1/actions", R"({"alarms":[],"enabled":true})"), Contains("alarms"));
  CHECK_THAT(fault("/api/v1/actions", R"({"alarms":["calm"],"enabled":"yes"})"),
             Contains("true or false"));
  CHECK(source.asked.empty());
}

TEST_CASE("an acknowledgement lasts for a while, or until a time", "[http]") {
  FakeSource source;
  CHECK(ask(source, "POST", "/api/v1/alarms/calm/ack", R"({"for":"4h","comment":"mine"})").status ==
        200);
  auto what = asked_for<Acknowledge>(source);
  CHECK(what.until == source.now() + hours{4});
  CHECK(what.comment == "mine");
  CHECK_FALSE(what.name.key);
  CHECK(ask(source, "POST", "/api/v1/alarms/calm/ack", "").status == 200);
  CHECK_FALSE(asked_for<Acknowledge>(source, 1).until);
  CHECK(ask(source, "POST", "/api/v1/alarms/calm/unack").status == 200);
  CHECK(asked_for<TakeBackAcknowledgement>(source, 2).name.alarm == "calm");
}

TEST_CASE("a pattern means every alarm that it fits, a name that is none has a hint", "[http]") {
  FakeSource source;
  const Answer done = ask(source, "POST", "/api/v1/alarms/*/ack");
  CHECK(done.status == 200);
  CHECK(done.body["alarms"].size() == 2);
  CHECK(source.asked.size() == 2);
  const Answer none = ask(source, "POST", "/api/v1/alarms/clam/ack");
  CHECK(none.status == 404);
  CHECK_THAT(none.body["detail"].get<std::string>(), Contains("did you mean \"calm\"?"));
  CHECK(ask(source, "POST", "/api/v1/alarms/x*/ack").status == 404);
  CHECK(ask(source, "POST", "/api/v1/alarms/none/state", R"({"state":"OK","reason":"x"})").status ==
        404);
  source.refusal = Error{"conflict", "alarm \"calm\" is OK: nothing to acknowledge"};
  CHECK(ask(source, "POST", "/api/v1/alarms/*/ack").status == 409);
}

TEST_CASE("actions of many alarms are switched in portions", "[http]") {
  FakeSource source;
  auto rules = std::make_shared<RuleSet>();
  for (int i = 0; i < 250; ++i) rules->alarms.emplace_back().name = "a" + std::to_string(i);
  source.set = rules;
  const Answer done =
      ask(source, "POST", "/api/v1/actions", R"({"alarms":["a*","a1"],"enabled":false})");
  CHECK(done.status == 200);
  CHECK(done.body["concerned"] == 250);
  REQUIRE(source.asked.size() == 3);
  CHECK(asked_for<SwitchActions>(source, 0).alarms.size() == 100);
  CHECK(asked_for<SwitchActions>(source, 2).alarms.size() == 50);
  CHECK_FALSE(asked_for<SwitchActions>(source, 2).enabled);
}

TEST_CASE("silences are added, listed and ended", "[http]") {
  FakeSource source;
  const Answer added =
      ask(source, "POST", "/api/v1/silences",
          R"({"alarms":["team/*"],"tags":{"team":"blue"},"for":"2h","reason":"x"})");
  CHECK(added.status == 200);
  CHECK(added.body["silence"] == "silence-7");
  const Silence silence = asked_for<AddSilence>(source).silence;
  CHECK(silence.from == source.now());
  CHECK(silence.until == source.now() + hours{2});
  CHECK(silence.targets.alarms == std::vector<std::string>{"team/*"});
  CHECK(silence.author == "alice");
  CHECK(
      ask(source, "POST", "/api/v1/silences", R"({"alarms":["team/logn"],"for":"2h","reason":"x"})")
          .status == 404);

  source.silences = {silence};
  source.silences[0].id = "silence-7";
  const Answer list = ask(source, "GET", "/api/v1/silences");
  REQUIRE(list.body["silences"].size() == 1);
  CHECK(list.body["silences"][0]["status"] == "ACTIVE");
  CHECK(list.body["silences"][0]["until"] == "1970-01-01T03:00:00.000Z");
  CHECK(ask(source, "DELETE", "/api/v1/silences/silence-7").status == 200);
  CHECK(asked_for<EndSilence>(source, 1).id == "silence-7");
  CHECK(ask(source, "GET", "/api/v1/mute-windows").body["mute_windows"].empty());
}

TEST_CASE("whoever is silenced now is shown as such, whatever is stored", "[http]") {
  FakeSource source;
  Silence silence;
  silence.id = "silence-7";
  silence.targets.tags = {{"team", "blue"}};
  silence.from = instant_from_ms(0);
  silence.until = source.now() + hours{1};
  silence.reason = "deploy";
  silence.author = "alice";
  source.silences = {silence};
  const Json alarms = ask(source, "GET", "/api/v1/alarms").body["alarms"];
  CHECK(alarms[0]["actions"]["hold"]["by"] == "Silence");
  CHECK(alarms[0]["actions"]["hold"]["why"] == "deploy");
  CHECK(alarms[1]["actions"]["hold"].is_null());
}

TEST_CASE("a listing goes on without what only a busy engine knows; a change does not", "[http]") {
  FakeSource source;
  source.busy = true;
  const Answer list = ask(source, "GET", "/api/v1/alarms");
  CHECK(list.status == 200);
  CHECK(list.body["alarms"][0]["outlook"].is_null());
  CHECK(ask(source, "POST", "/api/v1/alarms/calm/ack").status == 503);
  CHECK(ask(source, "GET", "/api/v1/silences").status == 503);
}

TEST_CASE("nothing is changed over TCP", "[http]") {
  FakeSource source;
  const auto status = [&](const char* method, const char* target) {
    return answer({.method = method,
                   .target = target,
                   .host = "127.0.0.1",
                   .trusted = false,
                   .caller = {},
                   .body = R"({"alarms":["*"],"enabled":false})"},
                  source)
        .status;
  };
  CHECK(status("POST", "/api/v1/alarms/calm/state") == 403);
  CHECK(status("POST", "/api/v1/alarms/calm/ack") == 403);
  CHECK(status("POST", "/api/v1/alarms/calm/unack") == 403);
  CHECK(status("POST", "/api/v1/actions") == 403);
  CHECK(status("POST", "/api/v1/silences") == 403);
  CHECK(status("DELETE", "/api/v1/silences/x") == 403);
  CHECK(status("GET", "/api/v1/silences") == 200);
  CHECK(source.asked.empty());
}

}  // namespace
}  // namespace tocsin
