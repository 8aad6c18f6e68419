// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "rules/message/text.hpp"

namespace tocsin {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[64];
  const double size = std::abs(value);
  // Plain digits where they are short: a bucket's bound must read the same everywhere.
  const auto form = size == 0 || (size >= 1e-6 && size < 1e15) ? std::chars_format::fixed
                                                               : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, form);
  return error == std::errc{} ? std::string(text, end) : "NaN";
}

// OpenMetrics wants "1.0" here, not "1".
std::string bound_text(double bound) {
  std::string text = number_text(bound);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || c == '"') out += '\\';
      out += c;
    }
  }
}

// {a="x",b="y"}, nothing if there are no labels. `le` is a histogram's own.
std::string label_text(const std::vector<std::string>& names,
                       const std::vector<std::string>& values, std::string_view le = {}) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(out.empty() ? "{" : ",").append(name).append("=\"");
    append_escaped(out, value);
    out += '"';
  };
  for (std::size_t i = 0; i < names.size(); ++i) add(names[i], values[i]);
  if (!le.empty()) add("le", le);
  if (!out.empty()) out += '}';
  return out;
}

void append_head(std::string& out, const std::string& name, std::string_view type,
                 const std::string& unit, const std::string& help) {
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  if (!unit.empty()) out.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
  out.append("# HELP ").append(name).append(" ");
  append_escaped(out, help);
  out += '\n';
}

void append_sample(std::string& out, const std::string& name, std::string_view suffix,
                   const std::string& labels, const std::string& value) {
  out.append(name).append(suffix).append(labels).append(" ").append(value).append("\n");
}

}  // namespace

void Counter::raise_to(std::uint64_t total) {
  std::uint64_t seen = value();
  while (seen < total && !value_.compare_exchange_weak(seen, total, std::memory_order_relaxed)) {
  }
}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), value) - kBounds.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

template <class T>
T& MetricFamily<T>::with(std::initializer_list<std::string_view> values) {
  std::vector<std::string> key;
  for (const std::string_view value : values) key.push_back(to_valid_utf8(value));
  key.resize(labels.size());
  std::lock_guard guard(mutex_);
  if (const auto found = series_.find(key); found != series_.end()) return found->second;
  if (series_.size() >= kSeriesMax) key.assign(labels.size(), "(other)");
  return series_[std::move(key)];
}

template <class T>
void MetricFamily<T>::assign(
    std::map<std::vector<std::string>, double> values) requires std::same_as<T, Gauge> {
  std::map<std::vector<std::string>, T> fresh;
  for (const auto& [key, value] : values) {
    if (fresh.size() >= kSeriesMax) break;
    std::vector<std::string> valid;
    for (const std::string& part : key) valid.push_back(to_valid_utf8(part));
    fresh[std::move(valid)].set(value);
  }
  std::lock_guard guard(mutex_);
  series_.swap(fresh);
}

template class MetricFamily<Counter>;
template class MetricFamily<Gauge>;
template class MetricFamily<Histogram>;

template <class T>
MetricFamily<T>& MetricsRegistry::make(std::deque<MetricFamily<T>>& families, std::string name,
                                       std::string help, std::vector<std::string> labels,
                                       std::string unit) {
  MetricFamily<T>& family = families.emplace_back();
  family.name = std::move(name);
  family.help = std::move(help);
  family.labels = std::move(labels);
  family.unit = std::move(unit);
  // A series without labels is there from the start: 0 is an answer, absence a riddle.
  if (family.labels.empty()) family.with({});
  return family;
}

MetricFamily<Counter>& MetricsRegistry::counter(std::string name, std::string help,
                                                std::vector<std::string> labels) {
  return make(counters_, std::move(name), std::move(help), std::move(labels), {});
}

MetricFamily<Gauge>& MetricsRegistry::gauge(std::string name, std::string help,
                                            std::vector<std::string> labels, std::string unit) {
  return make(gauges_, std::move(name), std::move(help), std::move(labels), std::move(unit));
}

MetricFamily<Histogram>& MetricsRegistry::histogram(std::string name, std::string help,
                                                    std::string unit) {
  return make(histograms_, std::move(name), std::move(help), {}, std::move(unit));
}

void MetricsRegistry::info(std::string name, std::string help,
                           std::vector<std::pair<std::string, std::string>> labels) {
  std::vector<std::string> names, values;
  for (auto& [label, value] : labels) {
    names.push_back(std::move(label));
    values.push_back(std::move(value));
  }
  MetricFamily<Gauge>& family =
      make(infos_, std::move(name), std::move(help), std::move(names), {});
  family.series_[std::move(values)].set(1);
}

std::string MetricsRegistry::render() const {
  std::string out;
  for (const auto& family : infos_) {
    append_head(out, family.name, "info", {}, family.help);
    for (const auto& [values, one] : family.series_)
      append_sample(out, family.name, "_info", label_text(family.labels, values), "1");
  }
  for (const auto& family : counters_) {
    std::lock_guard guard(family.mutex_);
    append_head(out, family.name, "counter", {}, family.help);
    for (const auto& [values, counter] : family.series_)
      append_sample(out, family.name, "_total", label_text(family.labels, values),
                    std::to_string(counter.value()));
  }
  for (const auto& family : gauges_) {
    std::lock_guard guard(family.mutex_);
    append_head(out, family.name, "gauge", family.unit, family.help);
    for (const auto& [values, gauge] : family.series_)
      append_sample(out, family.name, "", label_text(family.labels, values),
                    number_text(gauge.value()));
  }
  for (const auto& family : histograms_) {
    std::lock_guard guard(family.mutex_);
    append_head(out, family.name, "histogram", family.unit, family.help);
    for (const auto& [values, histogram] : family.series_) {
      std::uint64_t below = 0;
      for (std::size_t i = 0; i <= Histogram::kBounds.size(); ++i) {
        below += histogram.buckets_[i].load(std::memory_order_relaxed);
        const std::string bound =
            i < Histogram::kBounds.size() ? bound_text(Histogram::kBounds[i]) : "+Inf";
        append_sample(out, family.name, "_bucket", label_text(family.labels, values, bound),
                      std::to_string(below));
      }
      append_sample(out, family.name, "_count", label_text(family.labels, values),
                    std::to_string(below));
      append_sample(out, family.name, "_sum", label_text(family.labels, values),
                    number_text(histogram.sum_.load(std::memory_order_relaxed)));
    }
  }
  return out + "# EOF\n";
}

}  // namespace tocsin
