// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/alarm_text.hpp"

#include <nlohmann/json.hpp>

#include "daemon/cli/daemon_command.hpp"

namespace tocsin {

using Json = nlohmann::ordered_json;

std::string keys_for_people(const Json& alarm) {
  const std::string key = key_for_people(alarm);
  const auto keys = alarm.find("keys");
  if (keys == alarm.end() || !keys->is_object()) return key;
  const std::string state = text_of(alarm, "state");
  const double all =
      number_of(*keys, "ALARM") + number_of(*keys, "OK") + number_of(*keys, "INSUFFICIENT_DATA");
  const double here = number_of(*keys, state.c_str());
  if (here == 1) return key;
  const auto text = [](double n) { return std::to_string(static_cast<long long>(n)); };
  if (here == all) return text(all) + " keys";
  return text(here) + " of " + text(all) + " keys in " + state;
}

}  // namespace tocsin
