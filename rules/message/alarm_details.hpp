// SPDX-License-Identifier: Apache-2.0
// What an AlarmStatus has beyond its state and reason, as one JSON text: the column `details` of
// the store. Members that say nothing are left out, so that most texts are empty.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/alarm_state.hpp"

namespace tocsin {

std::string alarm_details(const AlarmStatus& status);
// Unknown members are ignored, and so is what is no JSON.
void read_alarm_details(std::string_view details, AlarmStatus& status);

}  // namespace tocsin
