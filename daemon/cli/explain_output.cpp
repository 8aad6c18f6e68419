// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/explain_output.hpp"

#include <nlohmann/json.hpp>

#include "daemon/cli/terminal.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFamilyNames[] = {"match_all", "terms", "json", "delimited"};

std::string margin(std::size_t depth) { return std::string(2 * depth, ' '); }

std::string join_words(const Clause& clause) {
  return clause.join == Clause::Join::all_of ? "all of these hold:"
                                             : "at least one of these holds:";
}

void append_clause(const Clause& clause, std::size_t depth, std::string& out) {
  const std::string head = clause.join == Clause::Join::none ? clause.source : join_words(clause);
  out += margin(depth);
  if (clause.join != Clause::Join::none && !clause.meaning.empty())
    out += clause.meaning + ": " + head;
  else
    out += clause.join == Clause::Join::none ? styled(head, Style::bold, Stream::standard_output)
                                             : head;
  out += '\n';
  if (clause.join == Clause::Join::none) out += margin(depth + 2) + clause.meaning + '\n';
  for (const std::string& note : clause.notes)
    out += margin(depth + 2) + styled("note", Style::yellow, Stream::standard_output) + ": " +
           note + '\n';
  for (const Clause& part : clause.parts) append_clause(part, depth + 1, out);
}

std::string mark(const Verdict& verdict) {
  if (!verdict.counts) return styled(" -- ", Style::dim, Stream::standard_output);
  return verdict.holds ? styled("yes ", Style::green, Stream::standard_output)
                       : styled(" no ", Style::red, Stream::standard_output);
}

void append_verdict(const Clause& clause, const Verdict& verdict, std::size_t depth,
                    std::string& out) {
  out += "  " + mark(verdict) + ' ' + margin(depth);
  if (clause.join != Clause::Join::none)
    out += join_words(clause);
  else
    out += clause.source + ": " + verdict.why;
  out += '\n';
  for (std::size_t i = 0; i < verdict.parts.size() && i < clause.parts.size(); ++i)
    append_verdict(clause.parts[i], verdict.parts[i], depth + 1, out);
}

void append_tally(const Clause& clause, const ClauseTally* tally, std::size_t depth,
                  std::string& out) {
  std::string count = std::to_string(tally == nullptr ? 0 : tally->holds);
  count.insert(0, count.size() < 9 ? 9 - count.size() : 0, ' ');
  out += count + "  " + margin(depth) +
         (clause.join == Clause::Join::none ? clause.source : join_words(clause)) + '\n';
  for (std::size_t i = 0; i < clause.parts.size(); ++i)
    append_tally(clause.parts[i],
                 tally != nullptr && i < tally->parts.size() ? &tally->parts[i] : nullptr,
                 depth + 1, out);
}

std::string_view join_key(const Clause& clause) {
  return clause.join == Clause::Join::all_of ? "all_of" : "any_of";
}

Json clause_json(const Clause& clause) {
  Json out = Json::object();
  if (clause.join == Clause::Join::none) out["clause"] = clause.source;
  if (!clause.meaning.empty()) out["meaning"] = clause.meaning;
  if (!clause.notes.empty()) out["notes"] = clause.notes;
  if (clause.join == Clause::Join::none) return out;
  Json& parts = out[std::string(join_key(clause))] = Json::array();
  for (const Clause& part : clause.parts) parts.push_back(clause_json(part));
  return out;
}

Json judged_json(const Clause& clause, const Verdict& verdict) {
  Json out = Json::object();
  if (clause.join == Clause::Join::none) out["clause"] = clause.source;
  out["holds"] = verdict.holds;
  if (!verdict.counts) out["ignored"] = true;
  if (!verdict.why.empty()) out["why"] = verdict.why;
  if (clause.join == Clause::Join::none) return out;
  Json& parts = out[std::string(join_key(clause))] = Json::array();
  for (std::size_t i = 0; i < verdict.parts.size() && i < clause.parts.size(); ++i)
    parts.push_back(judged_json(clause.parts[i], verdict.parts[i]));
  return out;
}

// Whether there is more to say than why the event could not be judged by clauses.
bool has_clauses(const Explanation& explanation, const Verdict& verdict) {
  return explanation.root &&
         (explanation.root->join == Clause::Join::none || !verdict.parts.empty());
}

std::string literals_text(const Explanation& explanation) {
  if (!explanation.literals)
    return "Prefilter: no literal is required, so every event is looked at in full.\n";
  std::string out = "Prefilter: an event is looked at only if ";
  out += explanation.literals->size() == 1 ? "this stands in it" : "one of these stands in it";
  if (explanation.family == Pattern::Family::json) out += " (or a \\u escape)";
  out += ':';
  for (const std::string& literal : *explanation.literals) out += "  " + literal;
  return out + '\n';
}

}  // namespace

void add_to_tally(const Verdict& verdict, ClauseTally& tally) {
  tally.holds += verdict.holds ? 1 : 0;
  if (tally.parts.size() < verdict.parts.size()) tally.parts.resize(verdict.parts.size());
  for (std::size_t i = 0; i < verdict.parts.size(); ++i)
    add_to_tally(verdict.parts[i], tally.parts[i]);
}

std::string explanation_text(const Explanation& explanation) {
  std::string out = explanation.summary + '\n';
  if (explanation.root) {
    out += "It matches if\n";
    append_clause(*explanation.root, 1, out);
  }
  return out + literals_text(explanation);
}

std::string verdict_text(const Explanation& explanation, const Verdict& verdict,
                         std::string_view place) {
  std::string out =
      std::string(place) + ": " +
      (verdict.holds ? styled("matches", Style::green, Stream::standard_output)
                     : styled("does not match", Style::red, Stream::standard_output)) +
      '\n';
  if (has_clauses(explanation, verdict))
    append_verdict(*explanation.root, verdict, 0, out);
  else if (!verdict.why.empty())
    out += "  " + verdict.why + '\n';
  return out;
}

std::string tally_text(const Explanation& explanation, const ClauseTally& tally,
                       std::uint64_t events) {
  if (!explanation.root) return {};
  std::string out = "Of " + std::to_string(events) + " events, each clause holds for\n";
  append_tally(*explanation.root, &tally, 0, out);
  return out;
}

nlohmann::ordered_json explanation_json(const Explanation& explanation) {
  Json out = Json::object();
  out["pattern"] = explanation.pattern;
  out["family"] = kFamilyNames[static_cast<std::size_t>(explanation.family)];
  out["summary"] = explanation.summary;
  out["clauses"] = explanation.root ? clause_json(*explanation.root) : Json();
  out["literals"] = explanation.literals ? Json(*explanation.literals) : Json();
  return out;
}

nlohmann::ordered_json verdict_json(const Explanation& explanation, const Verdict& verdict) {
  Json out = Json::object();
  out["matches"] = verdict.holds;
  if (has_clauses(explanation, verdict))
    out["clauses"] = judged_json(*explanation.root, verdict);
  else if (!verdict.why.empty())
    out["why"] = verdict.why;
  return out;
}

}  // namespace tocsin
