// SPDX-License-Identifier: Apache-2.0
// How many alarms the Engine judges in a second of CPU time, and what one costs in memory: for
// bench.py, which starts one process for each figure.
//
//   bench_alarms ALARMS METRICS TOUCHED ROUNDS
//
// ALARMS alarms (Sum, 60 s, N of 1 to 5) on METRICS metrics with one filter each. In every round
// each of the first TOUCHED metrics gets one sample, in a new minute, with a value that it has not
// had the round before; then the watermark passes the end of that minute. What is to be stored is
// collected after each thousand samples, as between two commits. Prints a line of JSON.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include "rules/engine.hpp"

namespace tocsin {
namespace {

constexpr Instant kStart = instant_from_ms(1'767'225'600'000);  // 2026-01-01 00:00:00 UTC
constexpr int kWarmUp = 10;  // rounds; more than any evaluation range
// Alarms that are touched no longer change their state, which is remembered for half an hour.
constexpr int kCoolDown = 40;
constexpr std::size_t kBatch = 1000;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Resident bytes, when what was freed has been given back.
std::size_t resident() {
  malloc_trim(0);
  std::size_t size = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> size >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Bytes that are allocated and not freed.
std::size_t allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string metric_named(std::size_t i) { return "requests-failed-" + std::to_string(i); }

std::shared_ptr<const RuleSet> rules_of(std::size_t alarms, std::size_t metrics) {
  auto rules = std::make_shared<RuleSet>();
  LogGroup group;
  group.name = "app";
  group.input = "file";
  rules->log_groups = {group};
  rules->topics = {{"ops"}};
  rules->filters.reserve(metrics);
  for (std::size_t i = 0; i < metrics; ++i) {
    MetricFilter f;
    f.name = f.metric_name = metric_named(i);
    f.log_group = "app";
    f.metric_namespace = "Shop/Checkout";
    f.value = "$.failed";
    f.minimum = 0;
    rules->filters.push_back(std::move(f));
  }
  const FileName file = "/etc/tocsin/rules.d/checkout.yaml";
  rules->alarms.reserve(alarms);
  for (std::size_t i = 0; i < alarms; ++i) {
    Alarm a;
    a.name = "too-many-failed-" + std::to_string(i);
    a.metric_namespace = "Shop/Checkout";
    a.metric_name = metric_named(i % metrics);
    a.evaluation_periods = static_cast<int>(i / metrics % 5) + 1;
    a.evaluation_range = a.evaluation_periods + 2;
    a.threshold = 1000 + static_cast<double>(i % 100);
    a.comparison = Comparison::greater;
    a.alarm_topics = a.ok_topics = {"ops"};
    a.where = {file, static_cast<int>(7 * i + 1), 5};
    rules->alarms.push_back(std::move(a));
  }
  // As a configuration that was read is kept.
  auto kept = std::make_shared<RuleSet>(*rules);
  share_equal_values(*kept);
  return kept;
}

class Run {
 public:
  Run(std::size_t alarms, std::size_t metrics, std::size_t touched)
      : rules_(rules_of(alarms, metrics)),
        engine_(rules_, kStart),
        metrics_(metrics),
        touched_(touched) {}

  // One minute: the samples of `metrics` of them, then the end of the minute.
  void round(std::size_t metrics) {
    const Instant minute = kStart + now_ * minutes{1};
    for (std::size_t first = 0; first < metrics; first += kBatch)
      feed(minute, first, std::min(metrics, first + kBatch));
    const Instant end = minute + minutes{1} + seconds{5};
    const LookReport look{"app", end, {{kSource, false, {}}}, {}};
    judge([&](Effects& out) { engine_.look(look, end, out); });
    ++now_;
  }

  void measure(int rounds) {
    for (int i = 0; i < 2; ++i) round(metrics_);
    const int before_it = touched_ < metrics_ ? kCoolDown : kWarmUp;
    for (int i = 0; i < before_it; ++i) round(touched_);
    judging_ = collecting_ = 0;
    rows_ = row_bytes_ = transitions_ = 0;
    const AlarmWork before = engine_.work();
    for (int i = 0; i < rounds; ++i) round(touched_);
    const AlarmWork after = engine_.work();
    evaluations_ = after.evaluations - before.evaluations;
    closed_ = after.periods_closed - before.periods_closed;
    touched_keys_ = after.touched - before.touched;
  }

  void print(std::size_t alarms) const {
    std::printf(
        "{\"alarms\": %zu, \"metrics\": %zu, \"evaluations\": %llu, \"closed\": %llu, "
        "\"touched\": %llu, \"seconds\": %.6f, \"collecting\": %.6f, \"rows\": %zu, "
        "\"row_bytes\": %zu, \"transitions\": %zu, \"resident\": %zu, \"allocated\": %zu}\n",
        alarms, metrics_, static_cast<unsigned long long>(evaluations_),
        static_cast<unsigned long long>(closed_), static_cast<unsigned long long>(touched_keys_),
        judging_, collecting_, rows_, row_bytes_, transitions_, resident(), allocated());
  }

 private:
  // Samples of metrics first to last - 1.
  void feed(Instant minute, std::size_t first, std::size_t last) {
    MatchBatch batch;
    batch.rules = rules_;
    batch.log_group = "app";
    batch.stream = batch.source = kSource;
    batch.read_at = batch.source_time = minute + seconds{30};
    batch.matches.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const auto value = static_cast<double>((static_cast<std::size_t>(now_) * 7 + i) % 900);
      const std::uint32_t index = batch.add_event(minute + seconds{10});
      std::string line = R"({"time":"2026-01-01T00:00:10Z","path":"/checkout/pay","host":"web-17",)"
                         R"("user":"u-5f2c","failed":)" +
                         std::to_string(value) + "}";
      batch.matches.push_back(
          {index, position_++, std::move(line), {}, {{static_cast<std::uint32_t>(i), value, {}}}});
    }
    judge([&](Effects& out) { engine_.apply(batch, batch.read_at, out); });
  }

  template <class Call>
  void judge(const Call& call) {
    const double began = cpu_seconds();
    {
      Effects out;
      call(out);
      judging_ += cpu_seconds() - began;
      transitions_ += out.transitions.size();
    }
    collect();
  }

  void collect() {
    const double began = cpu_seconds();
    StateDelta delta;
    engine_.collect(delta);
    collecting_ += cpu_seconds() - began;
    rows_ += delta.rows.size();
    for (const StateRow& row : delta.rows)
      row_bytes_ += row.id.size() + row.value.value_or("").size();
  }

  static constexpr const char* kSource = "/var/log/app/checkout.log";

  std::shared_ptr<const RuleSet> rules_;
  Engine engine_;
  std::size_t metrics_, touched_;
  std::int64_t now_ = 0;
  std::uint64_t position_ = 0;
  double judging_ = 0, collecting_ = 0;
  std::uint64_t evaluations_ = 0, closed_ = 0, touched_keys_ = 0;
  std::size_t rows_ = 0, row_bytes_ = 0, transitions_ = 0;
};

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_alarms ALARMS METRICS TOUCHED ROUNDS\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
  tocsin::Run run(number(1), number(2), number(3));
  run.measure(static_cast<int>(number(4)));
  run.print(number(1));
  return 0;
}
