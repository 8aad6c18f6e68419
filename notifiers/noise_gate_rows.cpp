// SPDX-License-Identifier: Apache-2.0
// What the gate keeps over a restart: docs/state-format.md, kind "quiet".
#include "notifiers/json_text.hpp"
#include "notifiers/noise_gate.hpp"

namespace tocsin {
namespace {

constexpr char kPart = '\x1f';

}  // namespace

void NoiseGate::collect(std::vector<StateRow>& out) {
  for (const auto& [endpoint, name] : std::exchange(dirty_, {})) {
    StateRow& row =
        out.emplace_back(StateRow{std::string(kStateKind), endpoint + kPart + name, std::nullopt});
    const auto lane = lanes_.find(endpoint);
    if (lane == lanes_.end()) continue;
    const auto at = lane->second.windows.find(name);
    if (at == lane->second.windows.end()) continue;
    const Window& window = at->second;
    Json sent = Json::array();
    for (const Instant t : window.sent) sent.push_back(to_ms(t));
    Json value{{"version", 1},
               {"messages", window.limit.messages},
               {"per", window.limit.per.count()},
               {"sent", std::move(sent)},
               {"alarm_at", to_ms(window.alarm_at)}};
    if (window.batch) {
      value["digest"] = window.batch->ids.front();
      value["due"] = to_ms(window.due);
      value["why"] = window.batch->why;
    }
    row.value = to_text(value);
  }
}

// A row that cannot be read costs the memory of what was sent, not what waits.
void NoiseGate::restore(const StateRow& row) {
  const std::size_t at = row.id.find(kPart);
  if (row.kind != kStateKind || !row.value || at == std::string::npos) return;
  const std::string endpoint = row.id.substr(0, at), name = row.id.substr(at + 1);
  dirty_.insert({endpoint, name});
  const auto lane = lanes_.find(endpoint);
  if (lane == lanes_.end() || !applies(name, lane->second)) return;
  const Json value = Json::parse(*row.value, nullptr, false);
  try {
    Window window;
    window.limit = {value.at("messages").get<int>(), Duration{value.at("per").get<std::int64_t>()}};
    for (const Json& t : value.at("sent"))
      window.sent.push_back(instant_from_ms(t.get<std::int64_t>()));
    window.alarm_at = instant_from_ms(value.at("alarm_at").get<std::int64_t>());
    if (value.contains("digest")) {
      window.batch = Batch{{value.at("digest").get<std::string>()}, name, window.limit,
                           value.at("why").get<std::string>(),      {},   {}};
      window.due = instant_from_ms(value.at("due").get<std::int64_t>());
    }
    lane->second.windows[name] = std::move(window);
  } catch (const Json::exception&) {
    return;
  }
  settle(endpoint, name, lane->second);
}

void NoiseGate::restore_waiting(const Notification& n, const std::string& endpoint,
                                const std::string& id) {
  Lane& lane = lanes_[endpoint];
  Batch* batch = nullptr;
  for (auto& [name, window] : lane.windows)
    if (window.batch && window.batch->ids.front() == id) batch = &*window.batch;
  for (Batch& ready : lane.ready)
    if (ready.ids.front() == id) batch = &ready;
  if (batch == nullptr) {
    // Its time had come, or its subscription has other ways now.
    batch = &lane.ready.emplace_back();
    batch->ids = {id};
    batch->why = "held back until a restart";
    ready_.emplace(endpoint, kNoTime);
  }
  if (batch->lines.empty()) batch->head = digest_head(n);
  batch->lines.push_back(digest_line(n));
}

}  // namespace tocsin
