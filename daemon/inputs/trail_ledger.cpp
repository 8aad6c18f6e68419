// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/trail_ledger.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "daemon/inputs/trail_name.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFloorRow = "@floor";

std::optional<Json> parse(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace

Instant TrailLedger::time_of(const std::string& path, Instant modified) {
  const auto name = parse_trail_name(path);
  return name ? name->time : modified;
}

TrailLedger::TrailLedger(std::string log_group, const std::map<std::string, std::string>& rows)
    : log_group_(std::move(log_group)) {
  for (const auto& [path, value] : rows) {
    const auto json = parse(value);
    if (path == kFloorRow && json && json->is_number_integer())
      floor_ = instant_from_ms(json->get<std::int64_t>());
    if (!json || !json->is_object()) continue;
    rows_[path] = {json->value("size", std::uint64_t{0}), json->value("next", std::uint64_t{0}),
                   instant_from_ms(json->value("mtime", std::int64_t{0})),
                   json->value("done", false)};
  }
}

void TrailLedger::raise_floor(Instant floor, std::vector<PositionUpdate>& updates) {
  if (floor <= floor_) return;
  floor_ = floor;
  updates.push_back({log_group_, std::string(kFloorRow), std::to_string(to_ms(floor))});
}

TrailObject TrailLedger::find(const std::string& path, std::uint64_t size, Instant modified) const {
  TrailObject object{path, size, modified, time_of(path, modified), 0, false};
  const auto row = rows_.find(path);
  if (row == rows_.end()) {
    object.is_done = object.time < floor_;
    return object;
  }
  object.next = row->second.next;
  object.is_done =
      row->second.is_done && row->second.size == size && row->second.modified == modified;
  return object;
}

PositionUpdate TrailLedger::record(const TrailObject& object) {
  rows_[object.path] = {object.size, object.next, object.modified, object.is_done};
  Json json{{"size", object.size}, {"mtime", to_ms(object.modified)}, {"next", object.next}};
  if (object.is_done) json["done"] = true;
  return {log_group_, object.path, json.dump()};
}

void TrailLedger::prune(Instant horizon, std::vector<PositionUpdate>& updates) {
  if (rows_.size() > kRowsMax) {
    std::vector<Instant> times;
    for (const auto& [path, row] : rows_) times.push_back(time_of(path, row.modified));
    const auto kept = static_cast<std::ptrdiff_t>(kRowsMax / 10 * 9);
    std::nth_element(times.begin(), times.end() - kept, times.end());
    horizon = std::max(horizon, *(times.end() - kept));
  }
  const std::size_t before = rows_.size();
  std::erase_if(rows_, [&](const auto& entry) {
    const auto& [path, row] = entry;
    if (!row.is_done || time_of(path, row.modified) >= horizon) return false;
    updates.push_back({log_group_, path, std::nullopt});
    return true;
  });
  if (rows_.size() < before) raise_floor(horizon, updates);
}

}  // namespace tocsin
