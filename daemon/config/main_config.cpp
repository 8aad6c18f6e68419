// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/main_config.hpp"

#include <algorithm>
#include <set>

#include "daemon/config/credentials.hpp"
#include "daemon/config/packs.hpp"
#include "daemon/config/sections.hpp"
#include "notifiers/tls_reader.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr std::pair<std::string_view, Durability> kDurabilities[] = {
    {"full", Durability::full}, {"normal", Durability::normal}};
using StartTls = MailRequest::StartTls;
constexpr std::pair<std::string_view, StartTls> kStartTls[] = {
    {"required", StartTls::required},
    {"opportunistic", StartTls::opportunistic},
    {"none", StartTls::none}};

bool is_all(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

void decode_identity(const ConfigNode& node, Identity& identity, Diagnostics& out) {
  ConfigReader read(node, "`identity`", out);
  if (read.optional("account_id", identity.account_id) &&
      (identity.account_id.size() != 12 || !is_all(identity.account_id, "0123456789")))
    report(out, "bad-value", *node.find("account_id"), "`account_id` must be 12 digits");
  if (read.optional("region", identity.region) &&
      (identity.region.empty() ||
       !is_all(identity.region, "abcdefghijklmnopqrstuvwxyz0123456789-")))
    report(out, "bad-value", *node.find("region"), "`region` must be made of a-z, 0-9 and -",
           "such as us-east-1");
  read.optional("name", identity.name);
  read.finish();
}

// The text of `key` with its credentials, if it is there and they can be read.
void read_secret(ConfigReader& read, std::string_view key, const Environment& environment,
                 Secret& into) {
  std::string text;
  if (!read.optional(key, text)) return;
  Result<Secret> secret = resolve_credentials(text, environment);
  if (secret)
    into = std::move(secret.value());
  else
    report(read.diagnostics(), secret.error().code, *read.map().find(key), secret.error().text);
}

MailServer decode_email(const ConfigNode& node, const MainConfig& config,
                        const Environment& environment, Diagnostics& out) {
  MailServer mail;
  ConfigReader read(node, "`email`", out);
  if (read.require("smtp", mail.smtp_url) && mail.smtp_url.rfind("smtp://", 0) != 0 &&
      mail.smtp_url.rfind("smtps://", 0) != 0)
    report(out, "bad-value", *node.find("smtp"), "`smtp` must be a URL of a mail server",
           "such as smtp://mail.example.com:587");
  if (read.require("from", mail.from) && mail.from.find('@') == std::string::npos)
    report(out, "bad-value", *node.find("from"), "`from` must be a mail address",
           "such as tocsin@example.com");
  read.optional_name("starttls", mail.starttls, kStartTls);
  Secret username;
  read_secret(read, "username", environment, username);
  mail.username = username.reveal();
  read_secret(read, "password", environment, mail.password);
  mail.tls = read_tls(read, notifier_context(config, environment));
  read.finish();
  if (mail.tls && mail.starttls == StartTls::none && mail.smtp_url.starts_with("smtp://"))
    report(out, "conflict", *node.find("tls"), "`tls` and `starttls: none` exclude each other");
  if (node.find("password") != nullptr && node.find("username") == nullptr)
    report(out, "missing-key", *node.find("password"),
           "`email` has a `password` but no `username`");
  return mail;
}

std::vector<RuleGlob> decode_rule_globs(const ConfigNode& node, Diagnostics& out) {
  std::vector<RuleGlob> globs;
  if (!config::text_list(node, "rules", ListForm::list_only, out)) return globs;
  for (const ConfigNode& item : node.items) globs.push_back({item.scalar, item.where});
  return globs;
}

RuleDocument decode_pack(const ConfigNode& node, const MainConfig& config, Diagnostics& out) {
  RuleDocument pack;
  pack.pack = true;
  pack.where = node.where;
  if (node.is_scalar()) {
    pack.pack_name = node.scalar;
    return pack;
  }
  ConfigReader read(node, "a pack", out);
  read.require("name", pack.pack_name);
  read.optional("log_group", pack.log_group);
  read.optional("notify", pack.notify);
  read.optional("disable", pack.disable);
  read.finish();
  const auto known = [](const auto& items, auto name_of, const ConfigNode& at,
                        std::string_view what, Diagnostics& to) {
    std::vector<std::string_view> names;
    for (const auto& item : items) names.push_back(name_of(item));
    if (std::find(names.begin(), names.end(), at.scalar) != names.end()) return;
    report(to, "dangling-reference", at,
           std::string(what) + " \"" + at.scalar + "\" does not exist", suggest(at.scalar, names));
  };
  if (const ConfigNode* group = node.find("log_group"); group != nullptr && group->is_scalar())
    known(
        config.log_groups, [](const LogGroupConfig& g) { return std::string_view(g.group.name); },
        *group, "log group", out);
  if (const ConfigNode* notify = node.find("notify"))
    for (const ConfigNode& topic : notify->items)
      known(
          config.topics, [](const TopicConfig& t) { return std::string_view(t.topic.name); }, topic,
          "topic", out);
  return pack;
}

}  // namespace

bool check_name(const ConfigNode& node, std::string_view what, std::size_t most,
                std::string_view others, Diagnostics& out) {
  const bool fine = std::all_of(node.scalar.begin(), node.scalar.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
  if (fine && !node.scalar.empty() && node.scalar.size() <= most) return true;
  report(out, "bad-value", node,
         std::string(what) + " must have 1 to " + std::to_string(most) +
             " of the characters a-z A-Z 0-9 " + std::string(others));
  return false;
}

std::vector<RuleDocument> decode_packs(const ConfigNode& section, const MainConfig& config,
                                       Diagnostics& out) {
  std::vector<RuleDocument> packs;
  if (!section.is_sequence()) {
    config::wrong_type(section, "packs", "a list", out, "[cis-aws]");
    return packs;
  }
  std::set<std::string> names;
  std::vector<LogGroup> groups;
  for (const LogGroupConfig& g : config.log_groups) groups.push_back(g.group);
  for (const ConfigNode& node : section.items) {
    RuleDocument pack = decode_pack(node, config, out);
    if (pack.pack_name.empty()) continue;
    if (!names.insert(pack.pack_name).second) {
      report(out, "duplicate-name", node, "pack \"" + pack.pack_name + "\" is already there");
      continue;
    }
    if (pack.log_group.empty())
      pack.log_group = only_trail(groups, pack.pack_name, pack.where, out);
    packs.push_back(std::move(pack));
  }
  return packs;
}

MainConfig decode_main_config(const ConfigNode& root, const std::string& file,
                              const Environment& environment, Diagnostics& out) {
  MainConfig config;
  config.file = file;
  config.identity.name = environment.host_name;
  config.state_directory = environment.state_directory;
  if (root.is_null()) {
    if (!out.has_errors()) out.error("missing-key", {file, 0, 0}, "the configuration is empty");
    return config;
  }
  ConfigReader read(root, "the configuration", out);
  // A section whose content is commented out stands there as nothing.
  const auto section = [&](std::string_view key) -> const ConfigNode* {
    const ConfigNode* node = read.find(key);
    return node == nullptr || node->is_null() ? nullptr : node;
  };
  if (const ConfigNode* node = section("identity")) decode_identity(*node, config.identity, out);
  if (const ConfigNode* node = section("log_groups"))
    config.log_groups = decode_log_groups(*node, out);
  if (const ConfigNode* node = section("api")) config.api = decode_api(*node, out);
  if (const ConfigNode* node = section("email"))
    config.mail = decode_email(*node, config, environment, out);
  if (const ConfigNode* node = section("topics"))
    config.topics = decode_topics(*node, config, environment, out);
  if (const ConfigNode* node = section("event_bus"))
    config.event_bus = decode_event_bus(*node, config, environment, out);
  if (const ConfigNode* node = section("rules")) config.rules = decode_rule_globs(*node, out);
  if (const ConfigNode* node = section("packs")) config.packs = decode_packs(*node, config, out);
  read.allow("mute_windows");  // read with the rules
  read.optional("state", config.state_directory);
  read.optional_name("durability", config.durability, kDurabilities);
  read.optional("shutdown_grace", config.shutdown_grace,
                {.least = Duration{0}, .most = minutes{10}});
  read.optional("history_retention", config.history_retention,
                {.least = hours{1}, .most = days{3650}});
  read.finish();
  return config;
}

RuleContext rule_context(const MainConfig& config) {
  RuleContext context;
  context.identity = config.identity;
  context.event_bus = !config.event_bus.empty();
  for (const LogGroupConfig& g : config.log_groups) context.log_groups.push_back(g.group);
  for (const TopicConfig& t : config.topics) context.topics.push_back(t.topic);
  return context;
}

}  // namespace tocsin
