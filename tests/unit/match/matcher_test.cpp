// SPDX-License-Identifier: Apache-2.0
#include "rules/match/matcher.hpp"

#include "rules/match/time/event_time.hpp"
#include "support/patterns.hpp"

using namespace tocsin;

namespace {

MetricFilter filter(std::string name, std::string pattern, std::string group = "trail") {
  MetricFilter f;
  f.name = std::move(name);
  f.log_group = std::move(group);
  f.pattern_text = std::move(pattern);
  f.pattern = pattern_of(f.pattern_text);
  return f;
}

std::shared_ptr<RuleSet> rules_of(std::vector<MetricFilter> filters) {
  auto rules = std::make_shared<RuleSet>();
  LogGroup trail, app;
  trail.name = "trail";
  trail.input = "cloudtrail";
  trail.dedup = true;
  app.name = "app";
  app.input = "file";
  app.time.zone = "UTC";
  rules->log_groups = {trail, app};
  rules->filters = std::move(filters);
  return rules;
}

EventBatch batch_of(const std::vector<std::string>& lines, std::string group = "trail") {
  EventBatch batch;
  batch.log_group = std::move(group);
  batch.stream = "s";
  batch.source = "file.json";
  batch.source_time = batch.read_at = *parse_rfc3339("2026-01-02T00:00:00Z");
  for (const std::string& line : lines) {
    batch.events.push_back({static_cast<std::uint32_t>(batch.bytes.size()),
                            static_cast<std::uint32_t>(line.size()), batch.bytes.size()});
    batch.bytes += line + "\n";
  }
  return batch;
}

MatchBatch match(std::vector<MetricFilter> filters, EventBatch batch) {
  const Matcher matcher(rules_of(std::move(filters)));
  Matcher::Scratch scratch;
  MatchBatch out;
  matcher.match(batch, scratch, out);
  return out;
}

}  // namespace

TEST_CASE("each event is offered to the filters of its log group only", "[match]") {
  const MatchBatch out =
      match({filter("root", R"({ $.who = "root" })"), filter("other", "root", "app"),
             filter("text", "root")},
            batch_of({R"({"who":"bob"})", R"({"who":"root"})", "root but no JSON"}));
  REQUIRE(out.matches.size() == 2);
  CHECK(out.matches[0].index == 1);
  REQUIRE(out.matches[0].samples.size() == 2);
  CHECK(out.matches[0].samples[0].filter == 0);
  CHECK(out.matches[0].samples[1].filter == 2);
  CHECK(out.matches[1].index == 2);
  REQUIRE(out.matches[1].samples.size() == 1);
  CHECK(out.matches[1].samples[0].filter == 2);
}

TEST_CASE("a match carries its message, its position and where it was read", "[match]") {
  EventBatch batch = batch_of({"a", R"({"who":"root"})"});
  batch.positions.push_back({"trail", "p", "7"});
  batch.more_unread = true;
  const MatchBatch out = match({filter("root", R"({ $.who = root })")}, std::move(batch));
  REQUIRE(out.matches.size() == 1);
  CHECK(out.matches[0].message == R"({"who":"root"})");
  CHECK(out.matches[0].position == 2);
  CHECK(out.log_group == "trail");
  CHECK(out.stream == "s");
  CHECK(out.source == "file.json");
  CHECK(out.positions.size() == 1);
  CHECK(out.more_unread);
  CHECK(out.bytes == 17);
  CHECK(out.rules != nullptr);
}

TEST_CASE("a sample has the filter's value: a number, a property, or none", "[match]") {
  MetricFilter bytes = filter("bytes", "{ $.op = put }");
  bytes.value = "$.bytes";
  const MatchBatch out =
      match({filter("one", "{ $.op = put }"), bytes},
            batch_of({R"({"op":"put","bytes":12.5})", R"({"op":"put","bytes":"7"})",
                      R"({"op":"put","bytes":"many"})", R"({"op":"put"})"}));
  REQUIRE(out.matches.size() == 4);
  CHECK(out.matches[0].samples[0].value == 1.0);
  CHECK(out.matches[0].samples[1].value == 12.5);
  CHECK(out.matches[1].samples[1].value == 7.0);
  CHECK_FALSE(out.matches[2].samples[1].value);
  CHECK_FALSE(out.matches[3].samples[1].value);
}

TEST_CASE("dimension values stand in the order of the filter's dimensions", "[match]") {
  MetricFilter f = filter("f", "{ $.op = put }");
  f.dimensions = {{"account", "$.account"}, {"who", "$.user.name"}, {"flag", "$.flag"}};
  const MatchBatch out =
      match({f}, batch_of({R"({"op":"put","account":"111","user":{"name":"bob"},"flag":true})",
                           R"({"op":"put","account":222,"user":{}})"}));
  REQUIRE(out.matches.size() == 2);
  using Values = std::vector<std::optional<std::string>>;
  CHECK(out.matches[0].samples[0].dimensions == Values{"111", "bob", "true"});
  CHECK(out.matches[1].samples[0].dimensions == Values{"222", std::nullopt, std::nullopt});
}

TEST_CASE("dimensions of a space-delimited filter come from its fields", "[match]") {
  MetricFilter f = filter("f", "[ip, user, status = 4*]", "app");
  f.value = "$status";
  f.dimensions = {{"user", "$user"}, {"ip", "$1"}};
  const MatchBatch out = match({f}, batch_of({"1.2.3.4 bob 404", "1.2.3.4 bob 200"}, "app"));
  REQUIRE(out.matches.size() == 1);
  CHECK(out.matches[0].samples[0].value == 404.0);
  using Values = std::vector<std::optional<std::string>>;
  CHECK(out.matches[0].samples[0].dimensions == Values{"bob", "1.2.3.4"});
}

TEST_CASE("the repeat id of a matched trail event is its account and its eventID", "[match]") {
  const MatchBatch out = match(
      {filter("f", "{ $.op = put }"), filter("text", "needle")},
      batch_of({R"({"op":"put","eventID":"e-1","recipientAccountId":"111"})",
                R"({"op":"put","eventID":"e-1"})", R"({"op":"put","recipientAccountId":"111"})",
                R"({"a":{"eventID":"e-2"},"op":"put"})", "needle, no JSON",
                R"({"x":"needle","eventID":"e-3","recipientAccountId":"1"})"}));
  REQUIRE(out.matches.size() == 6);
  CHECK(out.matches[0].event_id == "111/e-1");
  CHECK(out.matches[1].event_id == "/e-1");
  CHECK(out.matches[2].event_id.empty());
  CHECK(out.matches[3].event_id.empty());
  CHECK(out.matches[4].event_id.empty());
  CHECK(out.matches[5].event_id == "1/e-3");
}

TEST_CASE("without dedup no match has a repeat id", "[match]") {
  const MatchBatch out =
      match({filter("f", "{ $.op = put }", "app")},
            batch_of({R"({"op":"put","eventID":"e-1","recipientAccountId":"111"})"}, "app"));
  REQUIRE(out.matches.size() == 1);
  CHECK(out.matches[0].event_id.empty());
}

TEST_CASE("every event gets the time that stands in it, matched or not", "[match]") {
  const MatchBatch out =
      match({filter("f", "{ $.op = put }")},
            batch_of({R"({"eventTime":"2026-01-01T00:00:01Z"})", "no time", R"({"op":"put"})",
                      R"({"op":"put","eventTime":"2026-01-01T00:00:02Z"})"}));
  REQUIRE(out.times.size() == 4);
  CHECK(format_rfc3339(out.times[0].time) == "2026-01-01T00:00:01.000Z");
  CHECK(out.times[1].time == kNoTime);
  CHECK(out.times[2].time == kNoTime);
  CHECK(format_rfc3339(out.times[3].time) == "2026-01-01T00:00:02.000Z");
}

TEST_CASE("the file's time settles the year of a line without one", "[match]") {
  const MatchBatch out = match({}, batch_of({"Dec 31 23:59:59 host x"}, "app"));
  CHECK(format_rfc3339(out.times.at(0).time) == "2025-12-31T23:59:59.000Z");
}

TEST_CASE("a batch of an unknown log group gives times only", "[match]") {
  const MatchBatch out =
      match({filter("f", "")}, batch_of({"2026-01-01T00:00:01Z x", "y"}, "nobody's"));
  CHECK(out.times.size() == 2);
  CHECK(out.times[0].time != kNoTime);
  CHECK(out.matches.empty());
}

TEST_CASE("a matcher made after another one answers by its own rules", "[match]") {
  const Matcher before(
      rules_of({filter("root", R"({ $.who = "root" })"), filter("x", "x", "app")}));
  const Matcher after(rules_of({filter("new", "y", "app"), filter("root", R"({ $.who = "root" })"),
                                filter("x", "x", "app")}),
                      &before);
  Matcher::Scratch scratch;
  MatchBatch out;
  EventBatch trail = batch_of({R"({"who":"root"})"}), app = batch_of({"x", "y"}, "app");
  after.match(trail, scratch, out);
  REQUIRE(out.matches.size() == 1);
  CHECK(out.matches[0].samples.at(0).filter == 1);
  after.match(app, scratch, out);
  REQUIRE(out.matches.size() == 2);
  CHECK(out.matches[0].samples.at(0).filter == 2);
  CHECK(out.matches[1].samples.at(0).filter == 0);
}
