// SPDX-License-Identifier: Apache-2.0
#include "daemon/input_watch.hpp"

#include <string_view>

#include "daemon/telemetry.hpp"

namespace tocsin {
namespace {

struct Drop {
  std::string_view reason;
  std::uint64_t InputTotals::*total;
};
constexpr Drop kDrops[] = {{"long-line", &InputTotals::long_lines},
                           {"rest-lost", &InputTotals::rests_lost},
                           {"skipped-old", &InputTotals::skipped_old}};

// An input that was made anew counts from zero again.
std::uint64_t grown(std::uint64_t was, std::uint64_t now) { return now >= was ? now - was : now; }

}  // namespace

void InputWatch::observe(const std::vector<std::pair<std::string, const Input*>>& inputs) {
  for (const auto& [log_group, input] : inputs) {
    std::shared_ptr<const InputSnapshot> now = input->counters().snapshot();
    Seen& seen = seen_[log_group];
    count(log_group, seen.totals, now->totals);
    seen.totals = now->totals;
    tell(log_group, seen, *now);
  }
}

void InputWatch::count(const std::string& log_group, const InputTotals& was,
                       const InputTotals& now) {
  telemetry::parse_errors(log_group, grown(was.broken, now.broken));
  for (const Drop& drop : kDrops)
    telemetry::dropped(log_group, drop.reason, grown(was.*drop.total, now.*drop.total));
}

void InputWatch::tell(const std::string& log_group, Seen& seen, const InputSnapshot& now) {
  std::map<std::string, std::string> troubles;
  for (const StreamCounters& stream : now.streams)
    if (!stream.trouble.empty()) troubles[stream.stream] = stream.trouble;
  for (const auto& [stream, trouble] : troubles) {
    auto before = seen.troubles.find(stream);
    if (before == seen.troubles.end() || before->second != trouble)
      telemetry::input_trouble(log_group, stream + ": " + trouble);
  }
  if (!seen.troubles.empty() && troubles.empty()) telemetry::input_recovered(log_group);
  seen.troubles = std::move(troubles);
}

}  // namespace tocsin
