// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "daemon/config/sections.hpp"
#include "rules/match/time/event_time.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

// Inputs that the contract names and a later version builds.
constexpr std::array<std::string_view, 4> kLaterInputs{"journald", "syslog", "http", "s3"};

constexpr Bounds<Duration> kLateness{.least = Duration{0}, .most = days{1}};
constexpr Bounds<Duration> kMaxAge{.least = minutes{1}, .most = days{7}};
constexpr Bounds<Duration> kMaxStall{.least = seconds{1}, .most = days{7}};
constexpr Bounds<std::uint64_t> kMaxLine{.least = 1024, .most = 16 << 20};

constexpr std::pair<std::string_view, bool> kSwitch[] = {
    {"on", true}, {"off", false}, {"true", true}, {"false", false}};

bool is_trail(std::string_view input) { return input == "cloudtrail" || input == "s3"; }

const InputType* find_input(std::string_view name) {
  for (const InputType& type : input_types())
    if (type.name == name) return &type;
  return nullptr;
}

void set_defaults(LogGroupConfig& config) {
  if (is_trail(config.group.input)) {
    config.group.lateness = minutes{15};
    config.group.dedup = true;
    config.start_at = StartAt::age;
    config.start_age = hours{24};
  } else if (config.group.input == "stdin") {
    config.start_at = StartAt::beginning;
  }
}

void read_start_at(ConfigReader& read, LogGroupConfig& config) {
  const ConfigNode* node = read.find("start_at");
  if (node == nullptr) return;
  const bool word = node->is_scalar() && (node->scalar == "end" || node->scalar == "beginning");
  if (word) {
    config.start_at = node->scalar == "end" ? StartAt::end : StartAt::beginning;
  } else if (node->is_scalar() && parse_duration(node->scalar)) {
    config.start_at = StartAt::age;
    config.start_age = *parse_duration(node->scalar);
  } else {
    report(read.diagnostics(), "bad-value", *node,
           "`start_at` must be end, beginning or a duration", "such as 24h");
  }
}

void read_time(ConfigReader& read, LogGroup& group) {
  const ConfigNode* node = read.find("time");
  if (node == nullptr) return;
  Diagnostics& out = read.diagnostics();
  const std::size_t faults = out.list().size();
  ConfigReader time(*node, "`time`", out);
  const bool field = time.optional("field", group.time.field);
  const bool column = time.optional("column", group.time.column, {.least = 1, .most = 1000});
  time.optional("format", group.time.format);
  time.optional("zone", group.time.zone);
  time.finish();
  if (field && column)
    report(out, "bad-value", *node->find("column"), "`time` has either `field` or `column`");
  if (out.list().size() != faults) return;
  // One part at a time, so that each fault is shown at its own place.
  for (const auto& [key, value] : node->entries) {
    TimeSpec part;
    if (key.scalar == "field") part.field = group.time.field;
    if (key.scalar == "format") part.format = group.time.format;
    if (key.scalar == "zone") part.zone = group.time.zone;
    if (const auto compiled = EventTime::compile(part, group.input); !compiled)
      report(out, "bad-value", value, compiled.error().text);
  }
}

// The keys of every input; false if `input` names none that is built.
bool read_input(ConfigReader& read, LogGroupConfig& config, const InputType*& type) {
  if (!read.require("input", config.group.input)) return false;
  const ConfigNode& node = *read.map().find("input");
  type = find_input(config.group.input);
  if (type != nullptr) return true;
  if (std::find(kLaterInputs.begin(), kLaterInputs.end(), config.group.input) !=
      kLaterInputs.end()) {
    report(read.diagnostics(), "not-built", node,
           "input " + config.group.input + " is not built yet in this version");
    return false;
  }
  std::vector<std::string_view> names;
  for (const InputType& t : input_types()) names.push_back(t.name);
  report(read.diagnostics(), "bad-value", node, "there is no input \"" + config.group.input + "\"",
         suggest(config.group.input, names));
  return false;
}

// The section as one text, without places and comments.
void flatten(const ConfigNode& node, std::string& out) {
  out += '(';
  out += node.scalar;
  for (const ConfigNode& item : node.items) flatten(item, out);
  for (const auto& [key, value] : node.entries) {
    flatten(key, out);
    flatten(value, out);
  }
  out += ')';
}

LogGroupConfig decode_log_group(const ConfigNode& name, const ConfigNode& node, Diagnostics& out) {
  LogGroupConfig config;
  config.group.name = name.scalar;
  config.group.where = name.where;
  flatten(node, config.fingerprint);
  check_name(name, "a log group's name", 512, ".-_/#", out);
  ConfigReader read(node, "log group \"" + name.scalar + "\"", out);
  if (!node.is_map()) return config;
  const InputType* type = nullptr;
  const bool known = read_input(read, config, type);
  set_defaults(config);
  read.optional("lateness", config.group.lateness, kLateness);
  read.optional("max_age", config.group.max_age, kMaxAge);
  read.optional("max_stall", config.group.max_stall, kMaxStall);
  read.optional_name("dedup", config.group.dedup, kSwitch);
  read.optional_size("max_line", config.line_bytes_max, kMaxLine);
  read_start_at(read, config);
  read_time(read, config.group);
  if (!known) return config;  // nobody knows its other keys
  for (const std::string_view key : type->keys) read.allow(key);
  read.finish();
  config.make_input = type->decode(node, out);
  return config;
}

}  // namespace

std::vector<LogGroupConfig> decode_log_groups(const ConfigNode& section, Diagnostics& out) {
  std::vector<LogGroupConfig> groups;
  if (!section.is_map()) {
    config::wrong_type(section, "log_groups", "a map of log groups", out,
                       "name: { input: file, path: /var/log/... }");
    return groups;
  }
  for (const auto& [name, node] : section.entries)
    groups.push_back(decode_log_group(name, node, out));
  const auto reads_stdin = [](const LogGroupConfig& g) { return g.group.input == "stdin"; };
  const auto first = std::find_if(groups.begin(), groups.end(), reads_stdin);
  for (auto g = first; g != groups.end(); ++g)
    if (g != first && reads_stdin(*g))
      out.error("duplicate-name", g->group.where, "only one log group can read standard input",
                "\"" + first->group.name + "\" does");
  return groups;
}

}  // namespace tocsin
