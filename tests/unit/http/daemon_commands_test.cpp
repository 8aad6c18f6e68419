// SPDX-License-Identifier: Apache-2.0
// The commands that ask the daemon, as a person runs them: the real program, a real socket.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/cli/command.hpp"
#include "daemon/http/api_server.hpp"
#include "fake_source.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;
using Json = nlohmann::json;

struct Answer {
  int code = 0;
  std::string text;
};

struct Daemon {
  Daemon() {
    ApiOptions options;
    options.listen = "off";
    options.socket = dir.path("api.sock");
    auto started = ApiServer::start(options, source);
    REQUIRE(started);
    server = std::move(*started);
  }
  Answer tocsin(const std::string& arguments) const {
    const std::string line = "TOCSIN_SOCKET='" + dir.path("api.sock") +
                             "' '" TOCSIN_BIN_DIR "/tocsin' " + arguments + " 2>&1";
    Answer answer;
    FILE* pipe = ::popen(line.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char part[4096];
    for (std::size_t n; (n = std::fread(part, 1, sizeof part, pipe)) > 0;)
      answer.text.append(part, n);
    answer.code = WEXITSTATUS(::pclose(pipe));
    return answer;
  }
  TempDir dir;
  FakeSource source;
  std::unique_ptr<ApiServer> server;
};

std::vector<Json> lines_of(const Answer& answer) {
  std::vector<Json> out;
  std::istringstream in(answer.text);
  for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
  return out;
}

TEST_CASE("status says what is wrong and answers with its exit code", "[cli]") {
  Daemon daemon;
  const Answer good = daemon.tocsin("status");
  CHECK(good.code == kExitOk);
  CHECK_THAT(good.text, Contains("tocsind 9.9 (pid 42): ready"));
  CHECK_THAT(good.text, Contains("1 in ALARM, 1 OK, 0 INSUFFICIENT_DATA"));
  CHECK_THAT(good.text, Contains("3 waiting"));
  CHECK_THAT(good.text, !Contains("\x1b"));
  daemon.source.readiness = {false, "the state cannot be stored"};
  const Answer bad = daemon.tocsin("status");
  CHECK(bad.code == kExitNo);
  CHECK_THAT(bad.text, Contains("not ready: the state cannot be stored"));
  CHECK(lines_of(daemon.tocsin("status --json")).at(0)["ready"] == false);
}

TEST_CASE("a reload says what is in force, or what is wrong at its place", "[cli]") {
  Daemon daemon;
  const Answer good = daemon.tocsin("reload");
  CHECK(good.code == kExitOk);
  CHECK(good.text == "in force, alarms: 2\n");
  CHECK(lines_of(daemon.tocsin("reload --json")).at(0)["alarms"] == 2);
  daemon.source.reloaded = Error{"invalid", "rules.yaml:3:5: error[unknown-key]: no key `x`\n"};
  const Answer bad = daemon.tocsin("reload");
  CHECK(bad.code == kExitInvalid);
  CHECK(bad.text == "rules.yaml:3:5: error[unknown-key]: no key `x`\n");
  daemon.source.reloaded = Error{"needs-restart", "`state` changes only with a restart"};
  const Answer refused = daemon.tocsin("reload");
  CHECK(refused.code == kExitNo);
  CHECK_THAT(refused.text, Contains("error[needs-restart]: `state` changes only with a restart"));
}

TEST_CASE("alarms are listed with those in ALARM first", "[cli]") {
  Daemon daemon;
  const Answer list = daemon.tocsin("alarms list");
  CHECK(list.code == kExitOk);
  CHECK(list.text.find("team/login") < list.text.find("calm"));
  CHECK_THAT(daemon.tocsin("alarms list --state OK").text, !Contains("team/login"));
  const auto lines = lines_of(daemon.tocsin("alarms list --json"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["alarm"] == "calm");
  CHECK_THAT(daemon.tocsin("alarms list 'team/*'").text, !Contains("calm"));
  CHECK_THAT(daemon.tocsin("alarms list --tag team=blue").text, !Contains("calm"));
  CHECK_THAT(daemon.tocsin("alarms list nothing").text, Contains("no alarms"));
}

TEST_CASE("a list for people is bounded and says so, one for programs goes through all pages",
          "[cli]") {
  Daemon daemon;
  daemon.source.statuses.assign(2'500, daemon.source.statuses[1]);
  for (std::size_t i = 0; i < daemon.source.statuses.size(); ++i)
    daemon.source.statuses[i].alarm = "calm-" + std::to_string(i);
  const Answer list = daemon.tocsin("alarms list");
  CHECK(list.code == kExitOk);
  CHECK(std::count(list.text.begin(), list.text.end(), '\n') == 102);  // head and hint
  CHECK_THAT(list.text, Contains("hint: these are the first 100 alarms; --limit N shows more"));
  CHECK(lines_of(daemon.tocsin("alarms list --json")).size() == 2'500);
  CHECK(lines_of(daemon.tocsin("alarms list --json --limit 1001")).size() == 1'001);
  CHECK(daemon.tocsin("alarms list --limit 0").code == kExitUsage);
}

TEST_CASE("the keys of an alarm are counted, or each has a line", "[cli]") {
  Daemon daemon;
  CHECK_THAT(daemon.tocsin("alarms list").text, Contains("3 of 17 keys in ALARM"));
  CHECK_THAT(daemon.tocsin("alarms list --keys").text, Contains("account=111122223333"));
}

TEST_CASE("an alarm is shown with its rule, its reason and the events behind it", "[cli]") {
  Daemon daemon;
  const Answer shown = daemon.tocsin("alarms show team/login");
  CHECK(shown.code == kExitOk);
  CHECK_THAT(shown.text, Contains("severity   critical"));
  CHECK_THAT(shown.text, Contains("Threshold Crossed"));
  CHECK_THAT(shown.text, Contains("trail/a.json.gz"));
  CHECK_THAT(shown.text, Contains(R"({"eventName":"ConsoleLogin"})"));
  const Answer missing = daemon.tocsin("alarms show none");
  CHECK(missing.code == kExitNo);
  CHECK_THAT(missing.text, Contains("error[not-found]: there is no alarm named \"none\""));
  CHECK_THAT(daemon.tocsin("alarms show team/logn").text, Contains("did you mean \"team/login\"?"));
}

TEST_CASE("history, streams and a test message", "[cli]") {
  Daemon daemon;
  CHECK_THAT(daemon.tocsin("alarms history team/login").text,
             Contains("Alarm updated from OK to ALARM"));
  CHECK(lines_of(daemon.tocsin("alarms history team/login --limit 2 --json")).size() == 2);
  CHECK(daemon.tocsin("alarms history none").code == kExitNo);
  CHECK_THAT(daemon.tocsin("streams").text, Contains("up to date"));
  const Answer sent = daemon.tocsin("notify test security");
  CHECK(sent.code == kExitOk);
  CHECK_THAT(sent.text, Contains("slack hooks.slack.com"));
  CHECK(daemon.tocsin("notify test nobody").code == kExitNo);
  daemon.source.test_result = {{"slack hooks.slack.com", "retry", "503"}};
  CHECK(daemon.tocsin("notify test security").code == kExitNo);
  daemon.source.test_result = {};
  CHECK_THAT(daemon.tocsin("notify test security").text, Contains("no subscription"));
}

TEST_CASE("wrong usage, what is not built, and no daemon are told apart", "[cli]") {
  Daemon daemon;
  CHECK(daemon.tocsin("alarms").code == kExitUsage);
  CHECK(daemon.tocsin("alarms show").code == kExitUsage);
  CHECK(daemon.tocsin("alarms paint x").code == kExitUsage);
  CHECK_THAT(daemon.tocsin("alarms lits").text, Contains("did you mean \"list\"?"));
  CHECK(daemon.tocsin("alarms --json list").code == kExitOk);
  CHECK_THAT(daemon.tocsin("alarms --help").text, Contains("show NAME"));
  CHECK(daemon.tocsin("notify send x").code == kExitUsage);
  const Answer none = daemon.tocsin("streams --socket '" + daemon.dir.path("none") + "'");
  CHECK(none.code == kExitNo);
  CHECK_THAT(none.text, Contains("is tocsind running?"));
}

TEST_CASE("dead letters are listed, shown, sent again and thrown away", "[cli]") {
  Daemon daemon;
  const Answer list = daemon.tocsin("dlq list");
  CHECK(list.code == kExitOk);
  CHECK_THAT(list.text, Contains("slack hooks.slack.com") && Contains("404") && Contains("ALARM"));
  CHECK(lines_of(daemon.tocsin("dlq list --json")).at(0)["id"] == 7);
  CHECK_THAT(daemon.tocsin("dlq list --topic other").text, Contains("no dead letters"));
  CHECK_THAT(daemon.tocsin("dlq show 7").text, Contains("HTTP 404"));
  CHECK(daemon.tocsin("dlq show 8").code == kExitNo);
  CHECK_THAT(daemon.tocsin("dlq redrive 7").text, Contains("to be sent again: 1"));
  CHECK_THAT(daemon.tocsin("dlq purge --topic security").text, Contains("thrown away: 1"));
  REQUIRE(daemon.source.settled.size() == 2);
  CHECK(daemon.source.settled[0].first == DeadLetterFate::redrive);
  CHECK(daemon.source.settled[0].second.ids == std::vector<std::int64_t>{7});
  CHECK(daemon.source.settled[1].second.topic == "security");
}

TEST_CASE("dead letters that stay where they are make the exit code 1", "[cli]") {
  Daemon daemon;
  daemon.source.left = 2;
  const Answer answer = daemon.tocsin("dlq redrive --all");
  CHECK(answer.code == kExitNo);
  CHECK_THAT(answer.text, Contains("left: 2, as its outbox is full"));
}

TEST_CASE("dlq never guesses which letters are meant", "[cli]") {
  Daemon daemon;
  CHECK(daemon.tocsin("dlq redrive").code == kExitUsage);
  CHECK(daemon.tocsin("dlq purge").code == kExitUsage);
  CHECK(daemon.tocsin("dlq purge 7 --all").code == kExitUsage);
  CHECK(daemon.tocsin("dlq purge seven").code == kExitUsage);
  CHECK(daemon.source.settled.empty());
}

TEST_CASE("topics are shown, subscribed to and left", "[cli]") {
  Daemon daemon;
  CHECK_THAT(daemon.tocsin("topics list").text, Contains("security"));
  CHECK_THAT(daemon.tocsin("topics show security").text,
             Contains("slack hooks.slack.com") && Contains("configuration"));
  CHECK(daemon.tocsin("topics show other").code == kExitNo);
  const Answer asked = daemon.tocsin(
      "topics subscribe security https://h.example.com/x --raw --filter '{\"a\":[1]}' "
      "--filter-scope MessageAttributes");
  CHECK_THAT(asked.text, Contains("arn:x:2: pending confirmation"));
  REQUIRE(daemon.source.subscribed.size() == 1);
  CHECK(daemon.source.subscribed[0].topic == "security");
  CHECK(daemon.source.subscribed[0].raw);
  CHECK(daemon.source.subscribed[0].filter == R"({"a":[1]})");
  CHECK(daemon.source.subscribed[0].filter_on_attributes);
  CHECK_THAT(daemon.tocsin("topics confirm security good").text, Contains("confirmed"));
  CHECK(daemon.tocsin("topics confirm security bad").code == kExitNo);
  CHECK_THAT(daemon.tocsin("topics unsubscribe arn:x:2").text, Contains("ended"));
  CHECK(daemon.tocsin("topics enable 2").code == kExitOk);
}

}  // namespace
}  // namespace tocsin
