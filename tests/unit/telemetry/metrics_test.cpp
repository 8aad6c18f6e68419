// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("metrics are shown as OpenMetrics", "[metrics]") {
  MetricsRegistry registry;
  registry.info("tocsin_build", "What is running.", {{"version", "1.2"}});
  auto& events = registry.counter("tocsin_events", "Log events read.", {"log_group"});
  events.with({"trail"}).add(3);
  registry.gauge("tocsin_outbox_depth", "Waiting.").with({}).set(2.5);
  registry.histogram("tocsin_commit_seconds", "Commits.", "seconds").with({}).observe(0.003);
  CHECK(registry.render() ==
        "# TYPE tocsin_build info\n# HELP tocsin_build What is running.\n"
        "tocsin_build_info{version=\"1.2\"} 1\n"
        "# TYPE tocsin_events counter\n# HELP tocsin_events Log events read.\n"
        "tocsin_events_total{log_group=\"trail\"} 3\n"
        "# TYPE tocsin_outbox_depth gauge\n# HELP tocsin_outbox_depth Waiting.\n"
        "tocsin_outbox_depth 2.5\n"
        "# TYPE tocsin_commit_seconds histogram\n# UNIT tocsin_commit_seconds seconds\n"
        "# HELP tocsin_commit_seconds Commits.\n"
        "tocsin_commit_seconds_bucket{le=\"0.0001\"} 0\n"
        "tocsin_commit_seconds_bucket{le=\"0.0005\"} 0\n"
        "tocsin_commit_seconds_bucket{le=\"0.001\"} 0\n"
        "tocsin_commit_seconds_bucket{le=\"0.005\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"0.01\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"0.05\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"0.1\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"0.5\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"1.0\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"5.0\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"10.0\"} 1\n"
        "tocsin_commit_seconds_bucket{le=\"+Inf\"} 1\n"
        "tocsin_commit_seconds_count 1\ntocsin_commit_seconds_sum 0.003\n"
        "# EOF\n");
}

TEST_CASE("a label value from outside cannot break the exposition", "[metrics]") {
  MetricsRegistry registry;
  registry.counter("c", "", {"x"}).with({"a\"b\\c\nd\xff"}).add();
  CHECK_THAT(registry.render(), Contains("c_total{x=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\"} 1\n"));
}

TEST_CASE("label values beyond the bound share one series", "[metrics]") {
  MetricsRegistry registry;
  auto& family = registry.counter("c", "", {"stream"});
  for (int i = 0; i < 5'000; ++i) family.with({std::to_string(i)}).add();
  CHECK(family.with({"5"}).value() == 1);
  CHECK(family.with({"4999"}).value() == 4'000);
}

TEST_CASE("a counter that follows another never goes back", "[metrics]") {
  Counter counter;
  counter.raise_to(7);
  counter.raise_to(3);
  CHECK(counter.value() == 7);
}

TEST_CASE("series that are gone are no longer shown", "[metrics]") {
  MetricsRegistry registry;
  auto& lag = registry.gauge("lag", "", {"stream"});
  lag.assign({{{"a"}, 1}, {{"b"}, 2}});
  lag.assign({{{"b"}, 3}});
  CHECK(registry.render() == "# TYPE lag gauge\n# HELP lag \nlag{stream=\"b\"} 3\n# EOF\n");
}

}  // namespace
}  // namespace tocsin
