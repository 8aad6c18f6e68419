// SPDX-License-Identifier: Apache-2.0
#include "sim/ledger.hpp"

namespace tocsin::sim {

std::string name_of(const std::string& alarm, const AlarmKey& key) {
  std::string out = alarm;
  for (const auto& [name, value] : key) out += "{" + name + "=" + value + "}";
  return out;
}

std::string text_of(const Transition& t) {
  std::string out = std::to_string(to_ms(t.at)) + " " + name_of(t.alarm, t.key) + " " +
                    std::string(to_string(t.from)) + ">" + std::string(to_string(t.to));
  if (t.late) out += " late";
  return out;
}

}  // namespace tocsin::sim
