// SPDX-License-Identifier: Apache-2.0
// Every file of tests/cases/config is one mistake; what is said about it stands beside it in
// NAME.expected, word for word. TOCSIN_UPDATE_GOLDEN=1 writes those files anew: read the difference
// before you commit it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "daemon/config/main_config.hpp"
#include "rules/ruleset/diagnostic_text.hpp"
#include "rules/ruleset/rule_loader.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string shown(Diagnostics diagnostics, const std::string& text) {
  std::vector<Diagnostic> list = diagnostics.list();
  std::stable_sort(list.begin(), list.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  std::string all;
  for (const Diagnostic& d : list) all += render(d, text, false);
  return all;
}

LogGroup log_group(const std::string& name, const std::string& input, Duration lateness) {
  LogGroup group;
  group.name = name;
  group.input = input;
  group.lateness = lateness;
  return group;
}

std::string faults_of_rules(const std::string& file, const std::string& text) {
  Diagnostics out;
  RuleDocument document;
  document.root = read_document(text, file, out);
  document.text = std::make_shared<const std::string>(text);
  RuleContext context;
  context.log_groups = {log_group("cloudtrail", "cloudtrail", minutes{15}),
                        log_group("auth", "file", seconds{5}),
                        log_group("quick-trail", "cloudtrail", seconds{5})};
  context.topics = {Topic{"security", "UTC"}, Topic{"ops", "UTC"}};
  build_rule_set({document}, context, out);
  return shown(out, text);
}

std::string faults_of_main(const std::string& file, const std::string& text) {
  Diagnostics out;
  const ConfigNode root = read_document(text, file, out);
  decode_main_config(root, file, Environment{}, out);
  return shown(out, text);
}

void compare_all(const std::string& folder,
                 std::string (*faults)(const std::string&, const std::string&)) {
  const bool update = std::getenv("TOCSIN_UPDATE_GOLDEN") != nullptr;
  std::size_t files = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(TOCSIN_SOURCE_DIR) / "tests/cases/config" / folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string said = faults(entry.path().filename().string(), content(entry.path()));
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    if (update) std::ofstream(expected, std::ios::binary) << said;
    INFO(entry.path().filename().string());
    CHECK(said == content(expected));
    ++files;
  }
  CHECK(files > 10);
}

}  // namespace

TEST_CASE("every mistake in a rule file is told at its place", "[config]") {
  compare_all("rules", faults_of_rules);
}

TEST_CASE("every mistake in a main configuration is told at its place", "[config]") {
  compare_all("main", faults_of_main);
}
