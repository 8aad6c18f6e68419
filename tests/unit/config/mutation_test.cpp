// SPDX-License-Identifier: Apache-2.0
// Files from outside are bytes: whatever they hold, loading ends, says why, and never crashes.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/config/main_config.hpp"
#include "rules/ruleset/diagnostic_text.hpp"
#include "rules/ruleset/rule_loader.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

// xorshift64: the same sequence everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  std::size_t below(std::size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % bound);
  }

 private:
  std::uint64_t state_;
};

// A few bytes changed, left out, doubled or moved.
std::string mutated(std::string text, Random& random) {
  static constexpr std::string_view kBytes = "{}[]:,\"'|>&*!%#@`-? \n\t0az$\\~\x80\xff";
  for (std::size_t edits = 1 + random.below(4); edits > 0 && !text.empty(); --edits) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = 1 + random.below(std::min<std::size_t>(40, text.size() - at));
    switch (random.below(4)) {
      case 0:
        text[at] = kBytes[random.below(kBytes.size())];
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size()), length));
        break;
      case 3:
        text.insert(at, 1, kBytes[random.below(kBytes.size())]);
        break;
    }
  }
  return text;
}

void load(const std::string& text) {
  Diagnostics out;
  RuleDocument document;
  document.root = read_document(text, "f.yaml", out);
  document.text = std::make_shared<const std::string>(text);
  RuleContext context;
  context.any_log_group = context.any_topic = true;
  const auto rules = build_rule_set({document}, context, out);
  CHECK((rules != nullptr) == !out.has_errors());
  decode_main_config(document.root, "f.yaml", Environment{}, out);
  for (const Diagnostic& d : out.list()) CHECK_FALSE(render(d, text, true).empty());
}

}  // namespace

TEST_CASE("no mutation of a rule file or configuration crashes the loader", "[config]") {
  for (const char* folder : {"rules", "main"}) {
    for (const auto& entry :
         fs::directory_iterator(fs::path(TOCSIN_SOURCE_DIR) / "tests/cases/config" / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      Random random(std::hash<std::string>{}(entry.path().filename().string()));
      for (int i = 0; i < 30; ++i) load(mutated(text.str(), random));
    }
  }
}
