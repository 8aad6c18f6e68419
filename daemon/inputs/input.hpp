// SPDX-License-Identifier: Apache-2.0
// Where log events come from. Adding one: a file here and a line in daemon/inputs/registry.cpp.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

enum class StartAt { end, beginning, age };

// What every input gets beside its own options.
struct InputContext {
  const Clock* clock = nullptr;
  LogGroup group;
  StartAt start_at = StartAt::end;
  Duration start_age{};  // start_at == age: events newer than that
  std::size_t line_bytes_max = 1 << 20;
  std::map<std::string, std::string> positions;  // as stored: PositionUpdate name -> value
  bool first_seen = true;  // the group has never been looked at before (no stored position at all)
};

// Numbers a person can look at; written by the input's thread, read by any.
struct InputCounters;

class Input {
 public:
  virtual ~Input() = default;
  // Reads until `stop` is requested, on a thread of its own. Hands over batches, and a LookReport
  // after each look: at the start (after which watermarks may move), whenever all that was unread
  // has been delivered, and at least once a second. Never ends because of what it reads: trouble is
  // counted in counters() and tried again.
  virtual void run(EventSink& sink, std::stop_token stop) = 0;
  virtual const InputCounters& counters() const = 0;
};

// Makes the input once the store has told the positions.
using InputMaker = std::function<std::unique_ptr<Input>(const InputContext& context)>;

// One row of the registry. `decode` reads its own options from the log group's map and reports
// every mistake at its place (an empty function after an error); `keys` are those options' names,
// so that unknown ones are found.
struct InputType {
  std::string_view name;
  std::string_view summary;
  std::span<const std::string_view> keys;
  InputMaker (*decode)(const ConfigNode& options, Diagnostics& out);
};
std::span<const InputType> input_types();

}  // namespace tocsin
