// SPDX-License-Identifier: Apache-2.0
#include "rules/message/five_ws.hpp"

#include "rules/match/time/event_time.hpp"
#include "rules/message/cloudtrail_facts.hpp"
#include "rules/message/json_facts.hpp"
#include "rules/message/line_facts.hpp"
#include "rules/message/text.hpp"
#include "rules/pattern/json_event.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFactCharacters = 300;

void tidy(std::string& text) { text = cut_code_points(to_one_line(text), kFactCharacters); }

FiveWs facts_of(std::string_view message) {
  JsonReader reader;
  const JsonNode* root = reader.read(message);
  if (root == nullptr) return line_facts(message);
  return is_cloudtrail(*root) ? cloudtrail_facts(*root) : json_facts(*root, message);
}

}  // namespace

FiveWs five_ws(const Evidence& event, std::string_view time_zone) {
  FiveWs facts = facts_of(event.message);
  facts.when = format_rfc3339(event.time, time_zone);
  for (std::string* text : {&facts.who, &facts.what, &facts.where}) tidy(*text);
  for (std::string& resource : facts.resources) tidy(resource);
  return facts;
}

std::string which_text(const FiveWs& facts) {
  constexpr std::size_t kNamed = 3;
  const std::vector<std::string>& all = facts.resources;
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < kNamed; ++i) out += (i == 0 ? "" : ", ") + all[i];
  if (all.size() > kNamed) out += ", and " + std::to_string(all.size() - kNamed) + " more";
  return out;
}

}  // namespace tocsin
