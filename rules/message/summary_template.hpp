// SPDX-License-Identifier: Apache-2.0
// A rule's `summary:`: a mustache template on the newest event.
#pragma once
#include <string>
#include <string_view>

#include "rules/message/summary.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// As render_summary, before the result is made one line and cut.
Result<std::string> render_template(const std::string& text, const Transition& transition,
                                    const Alarm& alarm, const SummaryFields& fields);

// Whether a template that check_summary() likes says something of an event outside of its sections,
// so that it has holes without one.
bool needs_event(std::string_view text);

}  // namespace tocsin
