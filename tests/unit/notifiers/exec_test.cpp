// SPDX-License-Identifier: Apache-2.0
// The channel `exec`: its options, what an exit code means, and commands that are really run.
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "notifiers/channels.hpp"
#include "notifiers/delivery_transport.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using test::list;
using test::map;
using test::scalar;
using Outcome = Delivery::Outcome;

const Instant kNow = instant_from_ms(1'773'488'470'000);

std::vector<std::string> mistakes(const ConfigNode& options) {
  Diagnostics out;
  make_exec(options, {}, out);
  CHECK(out.has_errors());
  std::vector<std::string> codes;
  for (const Diagnostic& d : out.list()) codes.push_back(d.code);
  return codes;
}

std::shared_ptr<const Notifier> page() {
  Diagnostics out;
  auto made = make_exec(map({{"command", list({scalar("/usr/bin/page"), scalar("--team")})},
                             {"environment", map({{"KEY", scalar("correct horse")}})}}),
                        {}, out);
  REQUIRE(made.size() == 1);
  return made[0].notifier;
}

ExecRequest shell(const std::string& script) {
  ExecRequest request;
  request.command = {"/bin/sh", "-c", script};
  request.environment = {{"PATH", Secret("/usr/bin:/bin")}};
  return request;
}

Response perform(const ExecRequest& request) {
  auto transport = make_delivery_transport();
  REQUIRE(transport);
  (*transport)->start(1, request);
  for (;;)
    for (Transport::Completion& done : (*transport)->poll(seconds{10}))
      return std::move(done.response);
}

std::string content(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Waits for it. Init reaps it in its own time; until then it is a zombie.
bool comes_to_an_end(const std::string& pid) {
  const auto deadline = std::chrono::steady_clock::now() + seconds{20};
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string stat = content("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
    if (stat.empty() || stat.find(") Z") != std::string::npos) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace

TEST_CASE("a command gets the message, few variables and what it was promised",
          "[notifiers][exec]") {
  const auto request = std::get<ExecRequest>(
      page()->request(test::sample_notification(), {.number = 2, .now = kNow}));
  CHECK(request.command == std::vector<std::string>{"/usr/bin/page", "--team"});
  CHECK(request.input.find("\"state\":\"ALARM\"") != std::string::npos);
  CHECK(request.input.back() == '\n');
  std::map<std::string, std::string> variables;
  for (const auto& [name, value] : request.environment) variables[name] = value.reveal();
  CHECK(variables["TOCSIN_ALARM"] == "sg-open");
  CHECK(variables["TOCSIN_STATE"] == "ALARM");
  CHECK(variables["TOCSIN_ATTEMPT"] == "2");
  CHECK(variables["KEY"] == "correct horse");
  CHECK(variables.size() == 9);
}

TEST_CASE("exit code 0 is delivered, 75 is tried again, any other is final", "[notifiers][exec]") {
  const auto outcome = [](const Response& r) { return page()->outcome(r, kNow); };
  CHECK(outcome({.status = 200, .exit_code = 0}).outcome == Outcome::delivered);
  CHECK(outcome({.exit_code = 75}).outcome == Outcome::retry);
  CHECK(outcome({.exit_code = 1}).outcome == Outcome::rejected);
  CHECK(outcome({.failure = Response::Failure::timeout}).outcome == Outcome::retry);
  CHECK(outcome({.failure = Response::Failure::other, .detail = "ended by signal 11"}).outcome ==
        Outcome::retry);
}

TEST_CASE("why a command failed is its last line, without its secrets", "[notifiers][exec]") {
  const Response r{.body = "trying\nno team: correct horse\n\n", .exit_code = 3};
  CHECK(page()->outcome(r, kNow).detail == "/usr/bin/page: exit code 3: no team: ...");
}

TEST_CASE("mistakes of a command are told at their place", "[notifiers][exec]") {
  using Codes = std::vector<std::string>;
  CHECK(mistakes(map({{"command", scalar("page ops")}})) == Codes{"bad-value"});
  CHECK(mistakes(map({{"command", scalar("")}})) == Codes{"bad-value"});
  CHECK(mistakes(map({{"command", list({})}})) == Codes{"bad-value"});
  CHECK(mistakes(map({{"command", list({scalar("/bin/page"), scalar("${credential:key}")})}})) ==
        Codes{"secret-in-arguments"});
  CHECK(mistakes(map({{"command", scalar("/bin/page")},
                      {"environment", map({{"A=B", scalar("x")}, {"TOCSIN_X", scalar("x")}})}})) ==
        Codes{"bad-value", "bad-value"});
  CHECK(mistakes(map({{"command", scalar("/bin/page")}, {"timeout", scalar("1h")}})) ==
        Codes{"bad-value"});
}

TEST_CASE("a command's exit code comes back, with the end of what it said", "[notifiers][exec]") {
  const Response r = perform(shell("echo out; echo err >&2; exit 7"));
  CHECK(r.status == 0);
  CHECK(r.failure == Response::Failure::none);
  CHECK(r.exit_code == 7);
  CHECK(r.body == "out\nerr\n");
  CHECK(perform(shell("true")).status == 200);
  CHECK(perform(shell("kill -9 $$")).detail == "ended by signal 9");
}

TEST_CASE("a command reads all of a large message, or none of it", "[notifiers][exec]") {
  ExecRequest counts = shell("wc -c");
  counts.input = std::string(1'000'000, 'x');
  CHECK(std::stoi(perform(counts).body) == 1'000'000);
  ExecRequest ignores = shell("exec <&-; true");
  ignores.input = counts.input;
  CHECK(perform(ignores).status == 200);
}

TEST_CASE("of what a command writes the end is kept", "[notifiers][exec]") {
  const Response r = perform(shell("head -c 1000000 /dev/zero; echo last"));
  CHECK(r.status == 200);
  CHECK(r.body.size() == 4096);
  CHECK(r.body.ends_with("last\n"));
}

TEST_CASE("a command has its own environment and group, the folder / and no file of ours",
          "[notifiers][exec]") {
  const TempDir dir;
  const std::ofstream ours(dir.path("open"));
  ExecRequest request = shell(
      "env | grep -v -e ^_= -e ^PWD= -e ^OLDPWD= -e ^SHLVL= | sort; pwd; ls /proc/self/fd | wc -l;"
      " test $(ps -o pgid= -p $$) = $$ && echo leader");
  request.environment.emplace_back("A", Secret("b c"));
  // 0, 1, 2, and the folder that ls reads.
  CHECK(perform(request).body == "A=b c\nPATH=/usr/bin:/bin\n/\n4\nleader\n");
}

TEST_CASE("a command that takes too long is killed with all that it began", "[notifiers][exec]") {
  const TempDir dir;
  ExecRequest request =
      shell("sleep 1000 & echo $! > " + dir.path("pid") + "; echo began; sleep 1000");
  request.timeout = milliseconds{500};
  const Response r = perform(request);
  CHECK(r.failure == Response::Failure::timeout);
  CHECK(r.body == "began\n");
  CHECK(comes_to_an_end(content(dir.path("pid"))));
}

TEST_CASE("what a command leaves in the background does not outlive it", "[notifiers][exec]") {
  const TempDir dir;
  const Response r = perform(shell("sleep 1000 & echo $! > " + dir.path("pid")));
  CHECK(r.status == 200);
  CHECK(comes_to_an_end(content(dir.path("pid"))));
}

TEST_CASE("a program that is not there may come, and one that hangs delays no other",
          "[notifiers][exec]") {
  auto transport = make_delivery_transport();
  REQUIRE(transport);
  (*transport)->start(1, shell("sleep 1000"));
  ExecRequest absent;
  absent.command = {"/nonexistent/page"};
  (*transport)->start(2, absent);
  (*transport)->start(3, shell("exit 0"));
  std::map<Transport::Token, Response> done;
  while (done.size() < 2)
    for (Transport::Completion& c : (*transport)->poll(seconds{10}))
      done[c.token] = std::move(c.response);
  CHECK(done[2].failure == Response::Failure::other);
  CHECK(done[2].detail == "cannot be run: No such file or directory");
  CHECK(done[3].status == 200);
}

}  // namespace tocsin
