// SPDX-License-Identifier: Apache-2.0
// Numbers about the daemon itself, in OpenMetrics' kinds. Counting is atomic and may happen on any
// thread; series are found by their label values and stay for the registry's life.
#pragma once
#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  // Follows a total that is counted elsewhere; never goes back.
  void raise_to(std::uint64_t total);
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Buckets for durations from 0.1 ms to 10 s.
class Histogram {
 public:
  static constexpr std::array<double, 11> kBounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05,
                                                  0.1,    0.5,    1,     5,     10};
  void observe(double value);
  std::uint64_t count() const;

 private:
  friend class MetricsRegistry;
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<double> sum_{0};
};

// All series of one metric, told apart by the values of its labels (which may be none).
template <class T>
class MetricFamily {
 public:
  // Beyond kSeriesMax further label values share one series, "(other)": what comes from outside
  // must not grow this without bound.
  static constexpr std::size_t kSeriesMax = 1'000;
  T& with(std::initializer_list<std::string_view> values);
  // These series and no others: what is gone is no longer shown.
  void assign(std::map<std::vector<std::string>, double> values) requires std::same_as<T, Gauge>;

 private:
  friend class MetricsRegistry;
  std::string name, help, unit;
  std::vector<std::string> labels;
  mutable std::mutex mutex_;
  std::map<std::vector<std::string>, T> series_;
};

class MetricsRegistry {
 public:
  // `name` as exposed, without "_total". The reference lives as long as the registry.
  MetricFamily<Counter>& counter(std::string name, std::string help,
                                 std::vector<std::string> labels = {});
  MetricFamily<Gauge>& gauge(std::string name, std::string help,
                             std::vector<std::string> labels = {}, std::string unit = {});
  MetricFamily<Histogram>& histogram(std::string name, std::string help, std::string unit);
  // A constant fact: "tocsin_build" and its labels.
  void info(std::string name, std::string help,
            std::vector<std::pair<std::string, std::string>> labels);

  // OpenMetrics 1.0 text, to its "# EOF".
  std::string render() const;
  static constexpr std::string_view kContentType =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

 private:
  template <class T>
  static MetricFamily<T>& make(std::deque<MetricFamily<T>>& families, std::string name,
                               std::string help, std::vector<std::string> labels, std::string unit);
  std::deque<MetricFamily<Counter>> counters_;
  std::deque<MetricFamily<Gauge>> gauges_;
  std::deque<MetricFamily<Histogram>> histograms_;
  std::deque<MetricFamily<Gauge>> infos_;
};

}  // namespace tocsin
