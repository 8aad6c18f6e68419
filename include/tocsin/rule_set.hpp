// SPDX-License-Identifier: Apache-2.0
// The validated rules, as values. Made by rules/ruleset, immutable afterwards, shared by threads as
// shared_ptr<const RuleSet>. Defaults stand beside their fields. contract.md sections 2 and 3.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/diagnostics.hpp"
#include "tocsin/message_templates.hpp"
#include "tocsin/mute_window.hpp"
#include "tocsin/quiet_policy.hpp"
#include "tocsin/shared_value.hpp"
#include "tocsin/statistic.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class Pattern;         // rules/pattern/pattern.hpp
struct CompositeRule;  // rules/alarm/composite_rule.hpp

// For ARNs and SNS messages.
struct Identity {
  std::string account_id = "000000000000";
  std::string region = "us-east-1";
  std::string name;  // default: the host name
};

// How the time of an event is found, spec/time.md section 1. Neither field nor column: the line is
// searched.
struct TimeSpec {
  std::string field;  // selector, "$.eventTime"; wins over column
  int column = 0;     // space-delimited, from 1
  std::string format =
      "auto";  // auto iso8601 syslog apache epoch epoch_ms epoch_us epoch_ns or "%strptime"
  std::string zone = "local";  // local, UTC or an IANA name, for formats without one
};

// What the core must know of a log group; its input's own options stay with the input.
struct LogGroup {
  std::string name;
  std::string input;              // file cloudtrail stdin ...
  Duration lateness{seconds{5}};  // 15 min for cloudtrail and s3
  Duration max_age{hours{24}};    // at most 7 d
  Duration max_stall{minutes{10}};
  bool dedup = false;  // by (recipientAccountId, eventID); default on for cloudtrail and s3
  TimeSpec time;
  SourceLocation where;
};

// A name and the reference ($.a.b, $name, $3) whose value it takes on each event.
struct FieldBinding {
  std::string name;
  std::string reference;
};

struct MetricFilter {
  std::string name;
  std::string log_group;
  std::string pattern_text;
  std::shared_ptr<const Pattern> pattern;
  std::string metric_namespace;
  std::string metric_name;
  std::string value = "1";        // a number or a reference; spec/filter-patterns.md 7.2
  std::optional<double> minimum;  // `min:` lesser samples are refused and counted
  std::optional<double> default_value;
  bool default_per_event = false;
  std::string unit = "None";
  std::vector<FieldBinding> dimensions;  // for a short form: its group_by
  SourceLocation where;
};

enum class Comparison : unsigned char { greater, greater_or_equal, less, less_or_equal };
enum class MissingData : unsigned char { missing, ignore, breaching, not_breaching };
enum class Anchor : unsigned char { minute, fixed, event };
enum class Severity : unsigned char { info, low, medium, high, critical };
// What is made of more than 6 changes of state within 30 minutes: nothing, a mark on the status, or
// one message beside those of the changes too.
enum class Flapping : unsigned char { off, mark, notice };

struct EvidenceSpec {
  int events = 5;                           // 0..5
  Shared<std::vector<std::string>> fields;  // selectors to keep; empty: all
  Shared<std::vector<std::string>> drop;    // selectors to leave out
};

// A line of an alarm's `metrics`.
struct AlarmMetric {
  std::string id;
  std::string expression;  // empty: a metric
  std::string metric_namespace;
  std::string metric_name;
  std::vector<std::pair<std::string, std::string>> dimensions;
  StatisticExpression statistic;
  std::string unit;  // empty: any

  bool operator==(const AlarmMetric&) const = default;
};

enum class BandComparison { outside, below, above };

// Metric maths of an alarm: what is compared with its threshold or, by a band comparison, which
// band its metric is compared with. spec/alarms.md sections 7 and 8. rules/alarm/math_plan.hpp
// compiles it.
struct AlarmMaths {
  std::vector<AlarmMetric> metrics;
  std::string expression;                             // or the id of one of `metrics`
  std::optional<BandComparison> band;                 // instead of `comparison` and `threshold`
  std::vector<std::pair<Instant, Instant>> excluded;  // not learned by its bands: from <= t < to

  bool operator==(const AlarmMaths&) const = default;
};

// While `alarm` is in ALARM, and for some time around that, a composite alarm keeps its actions to
// itself. spec/alarms.md section 9.4.
struct Suppressor {
  std::string alarm;
  Duration wait{};       // actions wait so long for the suppressor to go to ALARM
  Duration extension{};  // and are held for so long after it has left ALARM
};

// What makes an alarm a composite one: its state follows from those of other alarms.
// spec/alarms.md section 9.
struct Composite {
  std::string rule;  // as written
  std::shared_ptr<const CompositeRule> tree;
  std::vector<std::string> children;  // names of the alarms in the rule, sorted, each once
  std::optional<Suppressor> suppressor;
};

// An alarm, both forms. anchor == event: the short form, judged on the trailing window `period`
// ("within") that ends at a sample, fed by the filter of the same name; evaluation_periods and what
// follows from them are not used then. With `composite` nothing that concerns a metric is used.
// There may be a hundred thousand: what many have alike is Shared, and small members lie together.
struct Alarm {
  std::string name;
  Shared<std::string> description;
  std::shared_ptr<const Composite> composite;  // none: a metric alarm
  Shared<std::string> metric_namespace;
  Shared<std::string> metric_name;
  Shared<std::vector<std::pair<std::string, std::string>>>
      dimensions;                             // long form: the one series watched
  Shared<std::vector<std::string>> group_by;  // names of dimensions: one state per value
  StatisticExpression statistic;
  Duration period{minutes{1}};
  int evaluation_periods = 1;
  std::optional<int>
      datapoints_to_alarm;   // unset: evaluation_periods, and the reason says it otherwise
  int evaluation_range = 3;  // N + max(2, N div 3)
  Anchor anchor = Anchor::minute;
  Comparison comparison = Comparison::greater_or_equal;
  MissingData treat_missing_data = MissingData::missing;
  // Of percentiles: `ignore` (false) keeps the state while a range holds too few samples for one.
  bool evaluate_low_samples = true;
  bool actions_enabled = true;
  bool shadow = false;  // `mode: shadow`: judged and shown, tells nobody
  Flapping flapping = Flapping::mark;
  Severity severity = Severity::medium;
  double threshold = 0;
  // By metric maths. The metric above is then the first that is needed, whose events travel with
  // transitions; dimensions, statistic and unit stand with each.
  std::shared_ptr<const AlarmMaths> maths;
  Shared<std::string> unit;  // empty: any
  Shared<std::vector<std::string>> alarm_topics, ok_topics, insufficient_data_topics;
  Duration repeat{0};    // remind people that it is still in ALARM; 0: never
  Duration ok_after{0};  // judged OK for so long before ALARM ends; 0: at once
  Shared<std::vector<EscalationStep>> escalate;  // none: those of its topics
  MessageRate storm;            // `storm_control`: beyond it, one digest; never the first ALARM
  Shared<std::string> summary;  // mustache over the newest event
  Shared<MessageTemplates> templates;  // win over the topic's
  Shared<std::string> runbook;
  Shared<std::vector<std::pair<std::string, std::string>>> tags;
  EvidenceSpec evidence;
  std::size_t max_keys = 10'000;
  Shared<std::string> was;  // the alarm's former name, to inherit its state
  SourceLocation where;
};

struct Topic {
  std::string name;
  std::string time_zone = "UTC";  // IANA; times in messages
  MessageTemplates templates = {};
  std::vector<EscalationStep> escalate = {};  // of ALARMs that it is told
};

struct RuleSet {
  Identity identity;
  Instant configured_at;   // when the newest of its files was changed; the epoch if not known
  bool event_bus = false;  // somebody listens to it
  std::vector<LogGroup> log_groups;
  std::vector<MetricFilter> filters;
  std::vector<Alarm> alarms;
  std::vector<Topic> topics;
  std::vector<MuteWindow> mute_windows;
};

// What alarms have alike becomes one: for rules that are kept. What is Shared is theirs alone then.
void share_equal_values(RuleSet& rules);

constexpr std::string_view to_string(Flapping f) {
  return f == Flapping::off ? "off" : f == Flapping::mark ? "mark" : "notice";
}
std::string_view to_string(Comparison c);      // "GreaterThanOrEqualToThreshold"
std::string_view to_string(BandComparison c);  // "LessThanLowerThreshold"
std::string_view to_string(MissingData m);     // "notBreaching"
constexpr std::string_view to_string(Severity s) {
  switch (s) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      return "critical";
  }
  return "?";
}

}  // namespace tocsin
