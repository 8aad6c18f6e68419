// SPDX-License-Identifier: Apache-2.0
// What an engine is told, call by call, made from one number: rules, and looks, reads and the clock
// going on. Twins play it with other batches, restarts and reloads, and must say the same.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin::sim {

struct ScriptEvent {
  Instant time = kNoTime;  // that stands in it
  std::uint64_t kind = 0;  // bit i: filter i matches
  double value = 0;
  std::string who, where;  // what dimensions take; empty: absent
  std::string id;
};

struct Operation {
  enum class Kind { look, read, advance, set_back, reload, operate };
  Kind kind = Kind::advance;
  Instant now;
  LookReport look;
  std::string group, stream;
  std::vector<ScriptEvent> events;
  bool more = false;                     // the stream has unread data after them
  Duration by{};                         // set_back
  std::shared_ptr<const RuleSet> rules;  // reload
  OperatorRequest request;               // operate
};

class Script {
 public:
  explicit Script(std::uint64_t seed);

  // As it begins.
  std::shared_ptr<const RuleSet> rules() const { return rules_; }
  const std::vector<Operation>& operations() const { return operations_; }
  Instant start() const { return start_; }

 private:
  void make_groups();
  void make_metrics();
  void add_alarm();
  void add_short(const std::string& name);
  void add_long(const std::string& name);
  void make_extended(Alarm& alarm);
  void make_maths(Alarm& a);
  void make_operations();
  void make_attention(Alarm& alarm);
  std::string random_rule();
  void make_composite(Alarm& alarm);
  void add_composite();
  void edit_composite(Alarm& alarm);
  void make_window();
  void operate();
  MetricFilter& some_filter();
  void edit();
  void edit(Alarm& alarm);
  void rename(Alarm& alarm);
  void remove(std::size_t alarm);
  ScriptEvent event(Instant now);
  void look(Instant now, const std::string& group, const std::string& unread);
  void read(Instant now);
  void go_on();

  Random random_;
  Instant start_, now_;
  RuleSet draft_;
  std::shared_ptr<const RuleSet> rules_;
  std::vector<Operation> operations_;
  std::vector<std::string> ids_;
  std::uint64_t line_ = 0;
  int alarms_made_ = 0;
};

}  // namespace tocsin::sim
