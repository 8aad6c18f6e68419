// SPDX-License-Identifier: Apache-2.0
// mute_windows: spec/alarms.md section 10.
#include "rules/match/time/event_time.hpp"
#include "rules/message/human_time.hpp"
#include "rules/mute/mute_schedule.hpp"
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {
namespace {

constexpr Bounds<Duration> kDuration{.least = minutes{1}, .most = days{15}};
constexpr std::size_t kTargetsMax = 100;
constexpr std::size_t kDescriptionBytesMax = 1024;

void read_schedule(ConfigReader& read, const DecodeContext& context, MuteWindow& window) {
  const ConfigNode* node = read.find_required("schedule");
  if (node == nullptr) return;
  const auto text = config::text(*node, "schedule", context.out);
  if (!text) return;
  auto parsed = parse_schedule(*text);
  window.expression = *text;
  if (const auto* error = std::get_if<ScheduleError>(&parsed))
    context.out.error("bad-value",
                      place_inside(*node, static_cast<int>(error->offset) + 1, context.document),
                      "`schedule`: " + error->text, error->hint, static_cast<int>(error->length));
  else
    window.schedule = std::get<MuteSchedule>(parsed);
}

void read_duration(ConfigReader& read, MuteWindow& window) {
  const ConfigNode* node = read.find_required("duration");
  if (node == nullptr) return;
  std::optional<Duration> value;
  if (node->is_scalar()) value = parse_any_duration(node->scalar);
  if (value && *value >= kDuration.least && *value <= kDuration.most) {
    window.duration = *value;
    return;
  }
  report(read.diagnostics(), "bad-value", *node, "`duration` must be a duration from 1m to 15d",
         "such as 2h or PT2H");
}

void read_zone(ConfigReader& read, MuteWindow& window) {
  std::string zone;
  if (!read.optional("time_zone", zone)) return;
  if (is_time_zone(zone))
    window.time_zone = std::move(zone);
  else
    report(read.diagnostics(), "bad-value", *read.map().find("time_zone"),
           "`time_zone` must be an IANA time zone", "such as UTC or Europe/Paris");
}

// A wall clock time of the window's zone, or one that says its own offset.
void read_bound(ConfigReader& read, std::string_view key, const MuteWindow& window,
                Instant& bound) {
  const ConfigNode* node = read.find(key);
  if (node == nullptr) return;
  if (node->is_scalar()) {
    if (const auto local = parse_local_time(node->scalar)) {
      bound = TimeZone::find(window.time_zone).value_or(TimeZone::utc()).from_local(*local);
      return;
    }
    if (const auto time = parse_rfc3339(node->scalar)) {
      bound = *time;
      return;
    }
  }
  report(read.diagnostics(), "bad-value", *node, "`" + std::string(key) + "` must be a time",
         "such as 2026-12-24T18:00, in the window's time zone");
}

void read_targets(ConfigReader& read, MuteWindow& window) {
  const ConfigNode* node = read.find_required("targets");
  if (node == nullptr) return;
  ConfigReader targets(*node, "`targets`", read.diagnostics());
  targets.optional("alarms", window.targets.alarms, ListForm::scalar_or_list);
  targets.optional("tags", window.targets.tags);
  targets.finish();
  if (!node->is_map()) return;
  if (window.targets.alarms.empty() && window.targets.tags.empty())
    report(read.diagnostics(), "missing-key", *node, "`targets` needs `alarms` or `tags`",
           "alarms: [\"*\"] are all of them");
  if (window.targets.alarms.size() > kTargetsMax || window.targets.tags.size() > kTargetsMax)
    report(read.diagnostics(), "too-many", *node,
           "`targets` has more than " + std::to_string(kTargetsMax) + " alarms or tags");
}

}  // namespace

void decode_mute_window(const ConfigNode& node, const DecodeContext& context, Draft& draft) {
  MuteWindowDraft item{.window = {}, .node = &node};
  MuteWindow& window = item.window;
  ConfigReader read(node, "a mute window", context.out);
  if (!node.is_map()) return;
  const bool named = read_item_name(read, window.name, 255, "");
  window.where = node.where;
  limit_text(read, "description", window.description, kDescriptionBytesMax);
  read_zone(read, window);
  read_schedule(read, context, window);
  read_duration(read, window);
  read_bound(read, "start", window, window.start);
  read_bound(read, "expire", window, window.expire);
  if (window.expire <= window.start)
    report(context.out, "bad-value", *node.find("expire"), "`expire` must be later than `start`");
  read_targets(read, window);
  read.finish();
  if (named) draft.mute_windows.push_back(std::move(item));
}

}  // namespace tocsin
