// SPDX-License-Identifier: Apache-2.0
// Runs scenarios through the Engine: one JSON object a line on stdin (see scenarios.py), the
// transitions as JSON on stdout. Times in scenarios are seconds.
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "rules/engine.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;

Instant at(const Json& s) { return instant_from_ms(s.get<std::int64_t>() * 1000); }
Duration span(const Json& s) { return seconds{s.get<std::int64_t>()}; }

Statistic statistic_of(const std::string& name) {
  if (name == "count") return Statistic::sample_count;
  if (name == "average") return Statistic::average;
  if (name == "minimum") return Statistic::minimum;
  return name == "maximum" ? Statistic::maximum : Statistic::sum;
}

Comparison comparison_of(const std::string& op) {
  if (op == ">") return Comparison::greater;
  if (op == "<") return Comparison::less;
  return op == ">=" ? Comparison::greater_or_equal : Comparison::less_or_equal;
}

MissingData treatment_of(const std::string& name) {
  if (name == "ignore") return MissingData::ignore;
  if (name == "breaching") return MissingData::breaching;
  return name == "notBreaching" ? MissingData::not_breaching : MissingData::missing;
}

Alarm alarm_of(const Json& r) {
  Alarm a;
  a.name = r.at("name");
  a.metric_namespace = "Test";
  a.metric_name = a.name;
  a.statistic = statistic_of(r.at("stat"));
  a.comparison = comparison_of(r.at("op"));
  a.threshold = r.at("limit");
  if (r.at("keyed")) a.group_by = {"k"};
  if (r.at("form") == "short") {
    a.anchor = Anchor::event;
    a.period = span(r.at("within"));
    return a;
  }
  a.anchor = r.at("anchor") == "fixed" ? Anchor::fixed : Anchor::minute;
  a.period = span(r.at("period"));
  a.evaluation_periods = r.at("n");
  a.datapoints_to_alarm = r.at("m").get<int>();
  a.evaluation_range = a.evaluation_periods + std::max(2, a.evaluation_periods / 3);
  a.treat_missing_data = treatment_of(r.at("treat"));
  return a;
}

std::shared_ptr<const RuleSet> rules_of(const Json& s) {
  auto out = std::make_shared<RuleSet>();
  LogGroup g;
  g.name = "app";
  g.input = "file";
  g.lateness = span(s.at("lateness"));
  g.max_stall = span(s.at("max_stall"));
  g.max_age = span(s.at("max_age"));
  g.dedup = true;
  out->log_groups = {g};
  for (const Json& r : s.at("rules")) {
    MetricFilter f;
    f.name = r.at("name");
    f.log_group = "app";
    f.metric_namespace = "Test";
    f.metric_name = f.name;
    f.value = "$.value";
    f.minimum = 0;
    if (r.at("keyed")) f.dimensions = {{"k", "$.k"}};
    out->filters.push_back(f);
    out->alarms.push_back(alarm_of(r));
  }
  return out;
}

// The store, as far as the engine can tell.
class Memory {
 public:
  void commit(StateDelta delta) {
    for (StateRow& r : delta.rows) {
      if (r.value)
        rows_[{r.kind, r.id}] = *r.value;
      else
        rows_.erase({r.kind, r.id});
    }
    for (const auto& [group, floor] : delta.seen_floor)
      std::erase_if(seen_, [&, limit = floor](const SeenEvent& e) { return e.time < limit; });
    seen_.insert(seen_.end(), delta.seen.begin(), delta.seen.end());
    sequence_ = delta.next_sequence;
  }
  StateImage load() const {
    StateImage out;
    for (const auto& [key, value] : rows_) out.rows.push_back({key.first, key.second, value});
    out.seen = seen_;
    out.next_sequence = sequence_;
    return out;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::string> rows_;
  std::vector<SeenEvent> seen_;
  std::uint64_t sequence_ = 1;
};

class Scenario {
 public:
  explicit Scenario(const Json& s)
      : rules_(rules_of(s)), options_{s.value("replay", false)}, start_(at(s.at("start"))) {
    open(start_);
  }

  void call(const Json& c) {
    const std::string what = c.at(0);
    if (what == "look") return look(c);
    if (what == "read") return read(c);
    if (what == "advance") return engine_->advance(at(c.at(1)), out_);
    if (what == "finish") return engine_->finish(at(c.at(1)), out_);
    if (what == "save") return save();
    out_.transitions = saved_;  // crash
    open(at(c.at(1)));
  }

  Json result() const {
    Json out = Json::object();
    for (const Transition& t : out_.transitions) {
      const std::string name = t.alarm + "|" + (t.key.empty() ? "" : t.key[0].second);
      out[name].push_back({to_string(t.from), to_string(t.to), to_ms(t.at) / 1000, t.late});
    }
    return out;
  }

 private:
  void open(Instant now) {
    engine_ = std::make_unique<Engine>(rules_, now, options_);
    engine_->restore(memory_.load(), now, out_);
  }

  void save() {
    StateDelta delta;
    engine_->collect(delta);
    memory_.commit(std::move(delta));
    saved_ = out_.transitions;
  }

  void look(const Json& c) {
    LookReport report{"app", at(c.at(1)), {}, {}};
    for (const Json& s : c.at(2)) {
      StreamLook l{s.at(0), s.at(1), {}};
      if (!s.at(2).is_null()) l.first = at(s.at(2));
      report.streams.push_back(l);
    }
    engine_->look(report, report.began, out_);
  }

  // ["read", now, stream, more, [[time|null, key|null, value, id|null]...]]; no key: the event does
  // not match.
  void read(const Json& c) {
    MatchBatch b;
    b.rules = rules_;
    b.log_group = "app";
    b.stream = b.source = c.at(2);
    b.more_unread = c.at(3);
    b.read_at = b.source_time = at(c.at(1));
    for (const Json& e : c.at(4)) {
      const std::uint32_t index = b.add_event(e.at(0).is_null() ? kNoTime : at(e.at(0)));
      if (e.at(1).is_null()) continue;
      MatchedEvent m{
          index, index, "event", e.at(3).is_null() ? "" : e.at(3).get<std::string>(), {}};
      for (std::uint32_t f = 0; f < rules_->filters.size(); ++f) {
        Sample s{f, e.at(2).get<double>(), {}};
        if (!rules_->filters[f].dimensions.empty()) s.dimensions = {e.at(1).get<std::string>()};
        m.samples.push_back(s);
      }
      b.matches.push_back(std::move(m));
    }
    engine_->apply(b, b.read_at, out_);
  }

  std::shared_ptr<const RuleSet> rules_;
  EngineOptions options_;
  Instant start_;
  std::unique_ptr<Engine> engine_;
  Memory memory_;
  Effects out_;
  std::vector<Transition> saved_;
};

}  // namespace
}  // namespace tocsin

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const auto scenario = nlohmann::json::parse(line);
    tocsin::Scenario run(scenario);
    for (const auto& call : scenario.at("calls")) run.call(call);
    std::cout << run.result().dump() << '\n';
  }
}
