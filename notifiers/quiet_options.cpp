// SPDX-License-Identifier: Apache-2.0
#include "notifiers/quiet_options.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "notifiers/group_key.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr Bounds<Duration> kIntervals{.least = seconds{1}, .most = days{7}};
constexpr std::size_t kPartsMax = 8;
constexpr std::int64_t kRateMost = 1000;

void read_group(const ConfigNode& node, GroupPolicy& group, Diagnostics& out) {
  if (!node.is_map()) {
    if (const auto interval = config::duration(node, "group", kIntervals, out))
      group.interval = *interval;
    return;
  }
  ConfigReader read(node, "`group`", out);
  read.require("interval", group.interval, kIntervals);
  read.optional("wait", group.wait, Bounds<Duration>{Duration{0}, hours{1}});
  if (read.optional("by", group.by, ListForm::scalar_or_list)) {
    for (const std::string& part : group.by)
      if (!is_group_part(part))
        report(out, "bad-value", *node.find("by"), "messages cannot be grouped by \"" + part + "\"",
               "alarm, key, severity, log_group, tags.NAME or key.NAME");
    if (group.by.size() > kPartsMax)
      report(out, "bad-value", *node.find("by"), "`by` may have at most 8 parts");
  }
  read.finish();
}

void read_digest(const ConfigNode& node, DigestPolicy& digest, Diagnostics& out) {
  if (!node.is_map()) {
    if (const auto every = config::duration(node, "digest", kIntervals, out)) digest.every = *every;
    return;
  }
  ConfigReader read(node, "`digest`", out);
  read.require("every", digest.every, kIntervals);
  if (read.optional("at_once", digest.at_once)) {
    constexpr std::string_view kNames[] = {"info", "low", "medium", "high", "critical"};
    for (const std::string& name : digest.at_once)
      if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames))
        report(out, "bad-value", *node.find("at_once"), "there is no severity \"" + name + "\"",
               "one of " + list_names(kNames));
  }
  read.finish();
}

std::optional<Duration> parse_span(std::string_view text) {
  constexpr std::pair<std::string_view, Duration> kUnits[] = {
      {"s", seconds{1}},   {"sec", seconds{1}},    {"second", seconds{1}}, {"m", minutes{1}},
      {"min", minutes{1}}, {"minute", minutes{1}}, {"h", hours{1}},        {"hour", hours{1}},
      {"d", days{1}},      {"day", days{1}}};
  for (const auto& [name, length] : kUnits)
    if (name == text) return length;
  return parse_duration(text);
}

void read_rate(const ConfigNode& node, MessageRate& rate, Diagnostics& out) {
  const std::string text = node.is_scalar() ? node.scalar : "";
  const std::size_t slash = text.find('/');
  const auto count = parse_integer(text.substr(0, slash));
  const auto span = slash == std::string::npos ? std::nullopt : parse_span(text.substr(slash + 1));
  if (!count || !span || *count < 1 || *count > kRateMost || *span < kIntervals.least ||
      *span > kIntervals.most)
    report(out, "bad-value", node, "`rate_limit` must be a number of messages within a time",
           "such as 20/min or 5/10m; 1 to 1000 messages, 1s to 7d");
  else
    rate = {static_cast<int>(*count), *span};
}

struct Part {
  const char* key;
  void (*read)(const ConfigNode& node, QuietPolicy& policy, Diagnostics& out);
};
constexpr Part kParts[] = {
    {"group",
     [](const auto& node, auto& policy, auto& out) { read_group(node, policy.group, out); }},
    {"digest",
     [](const auto& node, auto& policy, auto& out) { read_digest(node, policy.digest, out); }},
    {"rate_limit",
     [](const auto& node, auto& policy, auto& out) { read_rate(node, policy.rate, out); }}};

}  // namespace

void read_quiet_policy(const ConfigNode& options, std::vector<Endpoint>& endpoints,
                       Diagnostics& out) {
  QuietPolicy policy;
  const bool one_by_one = std::any_of(endpoints.begin(), endpoints.end(),
                                      [](const auto& e) { return !e.takes_digests; });
  for (const Part& part : kParts) {
    const ConfigNode* node = options.find(part.key);
    if (node == nullptr) continue;
    part.read(*node, policy, out);
    if (one_by_one)
      report(out, "conflict", *node,
             "`" + std::string(part.key) + "` makes one message of several, and " +
                 endpoints.front().label + " is for programs that want a message each",
             "a delivery policy's throttle sends slower, one by one");
  }
  const ConfigNode* digest = options.find("digest");
  if (digest != nullptr && options.find("group") != nullptr)
    report(out, "conflict", *digest, "`group` and `digest` exclude each other", "keep one of them");
  for (Endpoint& endpoint : endpoints) endpoint.quiet = policy;
}

}  // namespace tocsin
