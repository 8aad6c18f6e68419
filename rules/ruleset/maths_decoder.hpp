// SPDX-License-Identifier: Apache-2.0
// Alarms by metric maths: `metrics` with `expression`, and bands. contract.md section 3,
// spec/alarms.md sections 7 and 8.
#pragma once
#include "rules/ruleset/decoders.hpp"

namespace tocsin {

// The band comparison that stands at `comparison`, if one does.
std::optional<BandComparison> find_band_comparison(const ConfigNode& alarm);

// Whether the alarm has `metrics`, `expression` or their like, and no `metric` of its own.
bool is_by_maths(const ConfigNode& alarm);

// `metrics`, `expression`, `threshold_metric_id`, `band` into `alarm`, whose period, periods and
// comparison have been read; nothing of them: nothing. A band on `metric` becomes `metrics` of that
// one. False: some mistake, all of which are reported.
bool read_maths(ConfigReader& read, const DecodeContext& context, Alarm& alarm);

}  // namespace tocsin
