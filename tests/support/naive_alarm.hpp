// SPDX-License-Identifier: Apache-2.0
// One long-form alarm as the text of spec/alarms.md 5.2 to 5.5 and spec/time.md 2 to 4 has it,
// slow and without a thought for memory: what the engine is compared with. It shares no code with
// rules/.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin::naive {

// A window as the tables of spec/alarms.md 5.4 write it: 0 good, X breaching, - missing; newest
// right.
using Window = std::string;

struct Question {
  int n = 1, m = 1, range = 3;
  MissingData treat = MissingData::missing;
};

// As the documentation tells it: N values are chosen, and what is missing of them is filled in
// (? stands for what nobody fills in).
inline AlarmState evaluate(const Question& q, const Window& window, AlarmState now) {
  std::string chosen;
  int oldest_age = 0;
  for (int age = 1; age <= q.range && age <= static_cast<int>(window.size()); ++age) {
    const char point = window[window.size() - static_cast<std::size_t>(age)];
    if (point == '-' || static_cast<int>(chosen.size()) == q.n) continue;
    chosen += point;
    oldest_age = age;
  }
  const bool any = !chosen.empty();
  const char fill = q.treat == MissingData::breaching       ? 'X'
                    : q.treat == MissingData::not_breaching ? '0'
                                                            : '?';
  chosen.resize(static_cast<std::size_t>(q.n), fill);
  const auto number_of = [&](char c) { return std::count(chosen.begin(), chosen.end(), c); };
  if (number_of('X') >= q.m) return AlarmState::alarm;
  if (number_of('0') > 0) return AlarmState::ok;
  if (number_of('?') == 0) return AlarmState::ok;
  if (!any) return q.treat == MissingData::missing ? AlarmState::insufficient_data : now;
  // Nothing but breaching points, too few of them: a premature alarm only if the oldest is old.
  return q.treat == MissingData::missing && oldest_age >= q.m ? AlarmState::alarm : now;
}

// Every completion of the periods marked in `open` gives ALARM, each staying as it is, becoming
// good or becoming breaching. A breaching one stays so, whatever comes.
inline bool is_certain(const Question& q, Window window, const std::vector<bool>& open,
                       std::size_t from = 0) {
  while (from < window.size() && (!open[from] || window[from] == 'X')) ++from;
  if (from == window.size())
    return evaluate(q, window, AlarmState::ok) == AlarmState::alarm &&
           evaluate(q, window, AlarmState::insufficient_data) == AlarmState::alarm;
  for (const char becomes : {window[from], '0', 'X'}) {
    window[from] = becomes;
    if (!is_certain(q, window, open, from + 1)) return false;
  }
  return true;
}

struct Told {
  AlarmState from, to;
  Instant at;
  bool operator==(const Told&) const = default;
};

enum class Of { count, sum, average, minimum, maximum };

struct Description {
  Question question;
  Of statistic = Of::sum;
  Comparison comparison = Comparison::greater_or_equal;
  double threshold = 1;
  Duration period{minutes{1}};
  bool fixed = false;  // anchor
  Duration lateness{};
};

// Its series' samples come through sample(), the watermark through pass(), in the order in which
// the engine meets them.
class LongAlarm {
 public:
  explicit LongAlarm(Description d) : d_(d) {}

  void sample(Instant t, double value, Instant watermark) {
    if (t < watermark - (d_.question.range * d_.period + std::max(2 * d_.period, d_.lateness)))
      return;
    samples_.emplace_back(t, value);
    if (!closed_ || shown_ == AlarmState::alarm || !is_early()) return;
    if (const auto end = first_certain()) promise(*end, t);
  }

  void pass(Instant watermark) {
    if (!closed_) {
      closed_ = floor(watermark);
      look_ahead();
      return;
    }
    while (*closed_ + step() <= watermark) close(*closed_ + step());
    const Instant needed = *closed_ - (d_.question.range + 2) * d_.period - d_.lateness;
    std::erase_if(samples_, [&](const auto& s) { return s.first < needed; });
  }

  AlarmState shown() const { return shown_; }
  const std::vector<Told>& told() const { return told_; }

  // Only where no sample can undo a breach.
  bool is_early() const {
    const bool up =
        d_.comparison == Comparison::greater || d_.comparison == Comparison::greater_or_equal;
    if (d_.statistic == Of::average) return false;
    return d_.statistic == Of::minimum ? !up : up;
  }

 private:
  Duration step() const {
    if (d_.question.n * d_.period > days{1} && d_.period < hours{1}) return hours{1};
    if (d_.fixed || d_.period < minutes{1}) return d_.period;
    return d_.question.n * d_.period > days{1} ? Duration{hours{1}} : Duration{minutes{1}};
  }

  Instant floor(Instant t) const {
    const auto since = t.time_since_epoch() % step();
    return t - (since.count() < 0 ? since + step() : since);
  }

  char point(Instant end) const {
    double count = 0, sum = 0, least = 0, most = 0;
    for (const auto& [t, v] : samples_) {
      if (t < end - d_.period || t >= end) continue;
      least = count == 0 ? v : std::min(least, v);
      most = count == 0 ? v : std::max(most, v);
      sum += v;
      ++count;
    }
    if (count == 0) return '-';
    const double value = d_.statistic == Of::count     ? count
                         : d_.statistic == Of::sum     ? sum
                         : d_.statistic == Of::average ? sum / count
                         : d_.statistic == Of::minimum ? least
                                                       : most;
    const bool bad = d_.comparison == Comparison::greater            ? value > d_.threshold
                     : d_.comparison == Comparison::greater_or_equal ? value >= d_.threshold
                     : d_.comparison == Comparison::less             ? value < d_.threshold
                                                                     : value <= d_.threshold;
    return bad ? 'X' : '0';
  }

  Window window(Instant end) const {
    Window out;
    for (int i = d_.question.range - 1; i >= 0; --i) out += point(end - i * d_.period);
    return out;
  }

  std::optional<Instant> first_certain() const {
    Instant newest = kNoTime;
    for (const auto& [t, v] : samples_) newest = std::max(newest, t);
    if (newest == kNoTime) return std::nullopt;
    const Instant last = floor(newest) + std::max(step(), d_.period);
    for (Instant end = *closed_ + step(); end <= last; end += step()) {
      std::vector<bool> open;
      for (int i = d_.question.range - 1; i >= 0; --i)
        open.push_back(end - i * d_.period > *closed_);
      if (is_certain(d_.question, window(end), open)) return end;
    }
    return std::nullopt;
  }

  void show(AlarmState to, Instant at) {
    if (to == shown_) return;
    told_.push_back({shown_, to, at});
    shown_ = to;
  }

  void promise(Instant end, Instant at) {
    promised_ = end;
    show(AlarmState::alarm, at);
  }

  void look_ahead() {
    if (shown_ == AlarmState::alarm || !is_early()) return;
    if (const auto end = first_certain()) promise(*end, *end);
  }

  void close(Instant end) {
    closed_ = end;
    const AlarmState before = plain_;
    plain_ = evaluate(d_.question, window(end), plain_);
    const bool kept = promised_ && end < *promised_;
    const bool red_ends = before == AlarmState::alarm && plain_ != AlarmState::alarm;
    if (!kept || red_ends) {
      promised_.reset();
      show(plain_, end);
    }
    look_ahead();
  }

  Description d_;
  std::vector<std::pair<Instant, double>> samples_;
  AlarmState shown_ = AlarmState::insufficient_data, plain_ = AlarmState::insufficient_data;
  std::optional<Instant> closed_, promised_;
  std::vector<Told> told_;
};

}  // namespace tocsin::naive
