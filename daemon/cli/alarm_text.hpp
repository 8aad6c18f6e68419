// SPDX-License-Identifier: Apache-2.0
// What is said of an alarm in one cell or line, from a row of the API's JSON (docs/api.md).
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

// "3 of 17 keys in ALARM"; of an alarm with one key in that state, the key itself; "" without keys.
std::string keys_for_people(const nlohmann::ordered_json& alarm);

// "7 (>= 5)", "7 (band 2 to 5)": the newest value against the threshold or band; "" for neither.
std::string value_for_people(const nlohmann::ordered_json& alarm);

// The newest of the datapoints that M of N is counted over, oldest first: a full box breaches, an
// empty one does not, a dot is missing; behind | those of periods still open. "" for an alarm of
// one period. X, 0 and - where the locale is not UTF-8.
std::string boxes_for_people(const nlohmann::ordered_json& alarm);

// Why nobody is told, or what else a person must know, in few words: "silenced for 2 h", "muted for
// 1 h", "acked by alice", "actions off", "shadow", "flapping".
std::string marks_for_people(const nlohmann::ordered_json& alarm, Instant now);

// The same in sentences, one each.
std::vector<std::string> marks_in_full(const nlohmann::ordered_json& alarm, Instant now);

}  // namespace tocsin
