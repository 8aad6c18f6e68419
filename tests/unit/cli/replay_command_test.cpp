// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"
#include "support/tocsin_says.hpp"

namespace tocsin {
using test::Answer;
using test::tocsin_says;

namespace {

constexpr const char* kRules = R"(rules:
  - { name: root, log_group: trail, pattern: '{ $.type = Root }', alarm: { count: ">= 1", within: 5m } }
  - { name: never, log_group: trail, pattern: '{ $.type = Nobody }', alarm: { count: ">= 1", within: 5m } }
)";

std::string event(const std::string& time, const std::string& id, const std::string& type) {
  return R"({"eventTime":"2024-01-01T)" + time + R"(Z","eventID":")" + id +
         R"(","recipientAccountId":"1","type":")" + type + "\"}";
}

std::vector<nlohmann::json> lines_of(const Answer& answer) {
  std::vector<nlohmann::json> lines;
  std::istringstream text(answer.text);
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

struct Trail {
  Trail() {
    rules = folder.write("rules.yaml", kRules);
    folder.write("t/1.json.gz", gzip("{\"Records\":[" + event("10:07:00", "b", "Root") + "," +
                                     event("10:00:00", "a", "Root") + "]}"));
    folder.write("t/2.json",
                 event("10:00:00", "a", "Root") + "\n" + event("10:20:00", "c", "User") + "\n");
    folder.write("t/notes.txt", "no part of a trail\n");
  }
  Answer replay(std::vector<std::string> more) const {
    std::vector<std::string> args{
        "replay", "--rules", rules, "--log-group", "trail=" + folder.path("t"), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return tocsin_says(args);
  }
  TempDir folder;
  std::string rules;
};

}  // namespace

TEST_CASE("replay tells transitions in order of event time and sums up", "[cli][replay]") {
  const Trail trail;
  const Answer answer = trail.replay({});
  CHECK(answer.code == 0);
  const auto lines = lines_of(answer);
  REQUIRE(lines.size() == 5);
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(lines[i]["type"] == "transition");
    CHECK(lines[i]["key"] == nlohmann::json::object());
    changes.push_back(lines[i]["time"].get<std::string>() + " " +
                      lines[i]["to"].get<std::string>());
  }
  CHECK(changes ==
        std::vector<std::string>{"2024-01-01T10:00:00.000Z ALARM", "2024-01-01T10:05:00.000Z OK",
                                 "2024-01-01T10:07:00.000Z ALARM", "2024-01-01T10:12:00.000Z OK"});
  const nlohmann::json& summary = lines[4];
  CHECK(summary["type"] == "summary");
  CHECK(summary["events"] == 4);
  CHECK(summary["transitions"] == 4);
  CHECK(summary["matched"] == nlohmann::json{{"root", 2}, {"never", 0}});
}

TEST_CASE("--no-dedup counts repeats, --since and --until go by event time", "[cli][replay]") {
  const Trail trail;
  CHECK(lines_of(trail.replay({"--no-dedup"})).back()["matched"]["root"] == 3);
  CHECK(lines_of(trail.replay({"--since", "2024-01-01T10:01:00Z"})).back()["matched"]["root"] == 1);
  // What is red when the history ends stays red.
  CHECK(lines_of(trail.replay({"--until", "2024-01-01T10:03:00Z"})).back()["transitions"] == 1);
  CHECK(trail.replay({"--since", "yesterday"}).code == 2);
}

TEST_CASE("replay reads the configuration's log groups, or the files given for them",
          "[cli][replay]") {
  const Trail trail;
  const std::string other = trail.folder.write("other.json", event("09:00:00", "z", "Root"));
  const std::string config =
      trail.folder.write("tocsin.yaml",
                         "log_groups:\n"
                         "  trail: { input: cloudtrail, path: " +
                             trail.folder.path("t") +
                             " }\n"
                             "  quiet: { input: file, path: /nonexistent/*.log }\n"
                             "rules: [rules.yaml]\n");
  const Answer all = tocsin_says({"replay", "--json", "--config", config});
  CHECK(all.code == 0);
  CHECK(lines_of(all).back()["matched"]["root"] == 2);
  const Answer given =
      tocsin_says({"replay", "--json", "--config", config, "--log-group", "trail=" + other});
  CHECK(lines_of(given).back()["matched"]["root"] == 1);
  const std::vector<std::string> args{"replay", "--config", config, "--log-group"};
  for (const char* wrong : {"nosuch=/tmp", "trail=/nonexistent"}) {
    std::vector<std::string> refused = args;
    refused.emplace_back(wrong);
    CHECK(tocsin_says(refused).code == 2);
  }
}

TEST_CASE("replay says the same with any number of threads, texts of events included",
          "[cli][replay]") {
  const Trail trail;
  std::string large;
  for (int i = 0; large.size() < (20U << 20); ++i) {
    const int second = i / 100;
    char time[16];
    std::snprintf(time, sizeof time, "%02d:%02d:%02d", 12 + second / 3600, second / 60 % 60,
                  second % 60);
    large += event(time, "e" + std::to_string(i), i % 997 == 0 ? "Root" : "IAMUser") + "\n";
  }
  trail.folder.write("t/large.json", large);
  const std::string rules = trail.folder.write("told.yaml", R"(rules:
  - { name: root, log_group: trail, pattern: '{ $.type = Root }', notify: [default],
      summary: "{{eventID}} by {{type}}", alarm: { count: ">= 1", within: 5s } }
)");
  const std::string group = "trail=" + trail.folder.path("t");
  const auto said = [&](const char* threads) {
    std::string text;
    for (nlohmann::json& line : lines_of(tocsin_says(
             {"replay", "--json", "--rules", rules, "--log-group", group, "--threads", threads}))) {
      line.erase("seconds");
      text += line.dump() + "\n";
    }
    return text;
  };
  const std::string one = said("1");
  CHECK(one.find("e997 by Root") != std::string::npos);
  CHECK((said("2") == one));
  CHECK((said("4") == one));
  CHECK(trail.replay({"--threads", "0"}).code == 2);
  CHECK(trail.replay({"--threads", "65"}).code == 2);
}

TEST_CASE("replay refuses what it cannot run and says which kind of fault it is", "[cli][replay]") {
  const Trail trail;
  const std::string broken = trail.folder.write("broken.yaml", "rules: [{ name: a }]\n");
  const std::string group = "trail=" + trail.folder.path("t");
  CHECK(tocsin_says({"replay"}).code == 2);
  CHECK(tocsin_says({"replay", "--rules", trail.rules}).code == 2);
  CHECK(tocsin_says({"replay", "--rules", trail.rules, "--log-group", "trail=/nosuch"}).code == 2);
  CHECK(tocsin_says({"replay", "--rules", broken, "--log-group", group}).code == 78);
  CHECK(tocsin_says({"replay", "--pack", "nosuch", "--log-group", group}).code == 78);
  trail.folder.write("t/3.json.gz", gzip(event("11:00:00", "d", "Root")).substr(0, 40));
  CHECK(trail.replay({}).code == 1);
}

}  // namespace tocsin
