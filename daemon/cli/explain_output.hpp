// SPDX-License-Identifier: Apache-2.0
// How `tocsin explain` shows an explanation, as text and as JSON.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rules/explain/explanation.hpp"

namespace tocsin {

// For how many events each clause held; parts as the clause's.
struct ClauseTally {
  std::uint64_t holds = 0;
  std::vector<ClauseTally> parts;
};

void add_to_tally(const Verdict& verdict, ClauseTally& tally);

// Text, with line breaks at its end.
std::string explanation_text(const Explanation& explanation);
std::string verdict_text(const Explanation& explanation, const Verdict& verdict,
                         std::string_view place);
std::string tally_text(const Explanation& explanation, const ClauseTally& tally,
                       std::uint64_t events);

// JSON: leaves are {"clause", ...}, joined ones {"all_of": [...], ...} or {"any_of": [...], ...}.
nlohmann::ordered_json explanation_json(const Explanation& explanation);
nlohmann::ordered_json verdict_json(const Explanation& explanation, const Verdict& verdict);

}  // namespace tocsin
