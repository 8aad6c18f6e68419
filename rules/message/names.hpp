// SPDX-License-Identifier: Apache-2.0
// The names by which alarms, keys, topics and messages are known outside. spec/time.md section 7.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// "arn:aws:cloudwatch:us-east-1:000000000000:alarm:NAME" and
// "arn:aws:sns:us-east-1:000000000000:NAME".
std::string alarm_arn(const Identity& identity, std::string_view alarm);
std::string topic_arn(const Identity& identity, std::string_view topic);
// Of a mute window or a silence: "arn:aws:cloudwatch:us-east-1:000000000000:alarm-mute-rule:NAME".
std::string mute_rule_arn(const Identity& identity, std::string_view name);
std::vector<std::string> topic_arns(const Identity& identity,
                                    const std::vector<std::string>& topics);

// {"account":"111122223333"}: names in order, compact. "{}" for no key.
std::string canonical_key(const AlarmKey& key);

// The contributor id of a key: 16 hex digits, the same in every alarm and every run; "" for no key.
std::string contributor_id(const AlarmKey& key);

// The stable name of (alarm, key) for threads, incidents and fingerprints; receivers bound such
// names, and a key's values may be as long as a line.
std::string dedup_key(const std::string& alarm_arn, const AlarmKey& key);

// A key for people: "account=111122223333, user=(none)"; "" for no key. On one line.
std::string key_text(const AlarmKey& key);

// RFC 4122 version 5 in the URL namespace, lower case.
std::string uuid_v5(std::string_view name);

// "US East (N. Virginia)" for "us-east-1"; an unknown code is returned as it is.
std::string region_display_name(std::string_view region);

}  // namespace tocsin
