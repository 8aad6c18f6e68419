// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/load.hpp"

#include <algorithm>
#include <filesystem>

#include "daemon/config/packs.hpp"
#include "daemon/config/text_file.hpp"

namespace tocsin {
namespace {

constexpr const char* kUnconfiguredTrail = "cloudtrail";

void load_rule_file(const std::string& path, const SourceLocation& named_at, Sources& sources,
                    Diagnostics& out, std::vector<RuleDocument>& into) {
  if (sources.has(path)) return;
  RuleDocument document;
  document.root = sources.load(path, named_at, out);
  document.text = sources.text(path);
  into.push_back(std::move(document));
}

void load_globs(const MainConfig& config, Sources& sources, Diagnostics& out,
                std::vector<RuleDocument>& into) {
  for (const RuleGlob& glob : config.rules) {
    const std::string pattern = relative_to_file(glob.pattern, config.file);
    std::vector<std::string> paths = expand_glob(pattern);
    if (has_wildcard(pattern)) std::erase_if(paths, is_test_file);
    if (paths.empty())
      out.warning("no-file", glob.where, "no rule file matches " + pattern, {},
                  static_cast<int>(glob.pattern.size()));
    for (const std::string& path : paths) load_rule_file(path, glob.where, sources, out, into);
  }
}

void load_packs(const std::vector<RuleDocument>& entries, const Environment& environment,
                Sources& sources, Diagnostics& out, std::vector<RuleDocument>& into) {
  for (const RuleDocument& entry : entries) {
    std::vector<RuleDocument> pack = load_pack(entry, environment, sources, out);
    std::move(pack.begin(), pack.end(), std::back_inserter(into));
  }
}

// Packs named on the command line, which read `log_group`.
std::vector<RuleDocument> pack_entries(const std::vector<std::string>& names,
                                       const std::vector<LogGroup>& groups, Diagnostics& out) {
  std::vector<RuleDocument> entries;
  for (const std::string& name : names) {
    RuleDocument entry;
    entry.pack = true;
    entry.pack_name = name;
    entry.log_group = groups.empty() ? kUnconfiguredTrail : only_trail(groups, name, {}, out);
    entries.push_back(std::move(entry));
  }
  return entries;
}

// The pack whose folder holds `path`; empty if none does.
std::string pack_of_file(const std::string& path, const Environment& environment) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = fs::weakly_canonical(path, error);
  for (const std::string& directory : environment.pack_directories) {
    const fs::path base = fs::weakly_canonical(directory, error);
    const fs::path inside = file.lexically_relative(base);
    if (!inside.empty() && *inside.begin() != ".." && *inside.begin() != ".")
      return inside.begin()->stem().string();
  }
  return {};
}

}  // namespace

namespace {

// The main file's own mute windows, as if they stood in a rule file.
void add_mute_windows(const ConfigNode& root, std::shared_ptr<const std::string> text,
                      std::vector<RuleDocument>& into) {
  for (const ConfigEntry& entry : root.entries) {
    if (entry.key.scalar != "mute_windows") continue;
    RuleDocument& document = into.emplace_back();
    document.root.kind = ConfigNode::Kind::map;
    document.root.where = entry.key.where;
    document.root.entries.push_back(entry);
    document.text = std::move(text);
    return;
  }
}

}  // namespace

LoadedConfiguration load_configuration(const std::string& path, const LoadOptions& options) {
  LoadedConfiguration loaded;
  Diagnostics& out = loaded.diagnostics;
  const ConfigNode root = loaded.sources.load(path, {}, out);
  loaded.config = decode_main_config(root, path, options.environment, out);
  RuleContext context = rule_context(loaded.config);
  context.strict_aws = options.strict_aws;
  std::vector<RuleDocument> documents;
  add_mute_windows(root, loaded.sources.text(path), documents);
  if (options.rule_files)
    for (const std::string& file : *options.rule_files)
      load_rule_file(file, {}, loaded.sources, out, documents);
  else
    load_globs(loaded.config, loaded.sources, out, documents);
  std::vector<std::string> more = options.packs;
  std::erase_if(more, [&](const std::string& name) {
    return std::any_of(loaded.config.packs.begin(), loaded.config.packs.end(),
                       [&](const RuleDocument& p) { return p.pack_name == name; });
  });
  load_packs(loaded.config.packs, options.environment, loaded.sources, out, documents);
  load_packs(pack_entries(more, context.log_groups, out), options.environment, loaded.sources, out,
             documents);
  context.configured_at = loaded.sources.newest_change();
  loaded.rules = build_rule_set(documents, context, out);
  return loaded;
}

std::vector<RuleDocument> load_rule_documents(const LoadOptions& options,
                                              const std::vector<LogGroup>& groups, Sources& sources,
                                              Diagnostics& out) {
  std::vector<RuleDocument> documents;
  for (const std::string& file : options.rule_files.value_or(std::vector<std::string>{})) {
    const std::size_t before = documents.size();
    load_rule_file(file, {}, sources, out, documents);
    const std::string pack = pack_of_file(file, options.environment);
    if (pack.empty() || documents.size() == before) continue;
    documents.back().pack = true;
    documents.back().pack_name = pack;
    documents.back().log_group = pack_entries({pack}, groups, out).front().log_group;
  }
  load_packs(pack_entries(options.packs, groups, out), options.environment, sources, out,
             documents);
  return documents;
}

LoadedRules load_rules(const LoadOptions& options, RuleContext context) {
  LoadedRules loaded;
  Diagnostics& out = loaded.diagnostics;
  context.any_log_group = context.any_topic = true;
  context.strict_aws = options.strict_aws;
  const std::vector<RuleDocument> documents =
      load_rule_documents(options, context.log_groups, loaded.sources, out);
  context.configured_at = loaded.sources.newest_change();
  loaded.rules = build_rule_set(documents, context, out);
  return loaded;
}

}  // namespace tocsin
