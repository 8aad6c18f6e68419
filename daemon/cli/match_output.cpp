// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/match_output.hpp"

#include <nlohmann/json.hpp>

#include "daemon/cli/terminal.hpp"

namespace tocsin {

void append_event(const MatchStyle& style, const FoundEvent& event, std::string& out) {
  if (!style.json) {
    if (style.file_names) (out += event.file) += ':';
    (out += event.message) += '\n';
    return;
  }
  nlohmann::ordered_json extracted = nlohmann::ordered_json::object();
  for (const auto& [name, value] : event.extracted) extracted[name] = value;
  out += json_text({{"file", event.file},
                    {"line", event.line},
                    {"message", event.message},
                    {"extracted", std::move(extracted)}});
  out += '\n';
}

void append_count(const MatchStyle& style, std::string_view file, std::uint64_t count,
                  std::string& out) {
  if (style.json)
    out += json_text({{"file", file}, {"count", count}});
  else
    out += (style.file_names ? std::string(file) + ":" : "") + std::to_string(count);
  out += '\n';
}

}  // namespace tocsin
