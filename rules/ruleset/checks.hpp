// SPDX-License-Identifier: Apache-2.0
// Judgement of all items together: what refers to nothing is an error, what can never fire, always
// fires or reaches nobody is a warning. spec/alarms.md section 15. One function per question, none
// depends on another.
#pragma once
#include "rules/ruleset/draft.hpp"

namespace tocsin {

// Errors: names used twice, references to log groups, topics, metrics and dimensions that do not
// exist, more items than a daemon can hold.
void check_names(const Draft& draft, Diagnostics& out);
void check_log_groups(const Draft& draft, const RuleContext& context, Diagnostics& out);
void check_topics(const Draft& draft, const RuleContext& context, Diagnostics& out);
void check_metrics(const Draft& draft, Diagnostics& out);
void check_event_anchors(const Draft& draft, Diagnostics& out);
// Windows named twice or too many; alarms that they name and that do not exist. A warning: patterns
// and tags that no alarm has.
void check_mute_windows(const Draft& draft, Diagnostics& out);

// Parses the rules of composite alarms. Errors: rules that are refused, alarms that do not exist,
// cycles. Warnings: rules that name no alarm.
void resolve_composites(Draft& draft, Diagnostics& out);

// Warnings, for sound items only.
void check_patterns(const Draft& draft, Diagnostics& out);
void check_conditions(const Draft& draft, Diagnostics& out);
void check_dimensions(const Draft& draft, Diagnostics& out);
void check_missing_data(const Draft& draft, Diagnostics& out);
void check_short_periods(const Draft& draft, Diagnostics& out);
void check_units(const Draft& draft, Diagnostics& out);
void check_unused_metrics(const Draft& draft, Diagnostics& out);
void check_unheard_alarms(const Draft& draft, Diagnostics& out);
void check_late_sources(const Draft& draft, const RuleContext& context, Diagnostics& out);
// Errors, only with context.strict_aws: what Tocsin takes and CloudWatch would refuse.
void check_strict_aws(const Draft& draft, Diagnostics& out);

}  // namespace tocsin
