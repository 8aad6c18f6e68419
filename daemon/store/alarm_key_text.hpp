// SPDX-License-Identifier: Apache-2.0
// The key of an alarm as a column: names and values in turn, each as its length, ':' and its bytes
// ("7:account12:111122223333"). Unlike JSON it keeps bytes that are no UTF-8.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/alarm_state.hpp"

namespace tocsin {

std::string alarm_key_to_text(const AlarmKey& key);
// What is no such text gives the part up to there: the file's integrity is checked elsewhere.
AlarmKey alarm_key_from_text(std::string_view text);

}  // namespace tocsin
