// SPDX-License-Identifier: Apache-2.0
// The compiled engine against the plain evaluation, on random sets of patterns and random events:
//
//   engine_differential [--pairs N] [--seed S] [--require-all]
//
// One seed makes one set of patterns and its events; the run takes S, S+1, ... until N pairs of
// pattern and event were compared. Prints how often everything was hit; with --require-all it fails
// if something never was. At a difference it prints the smallest case found and exits 1.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "engine_case.hpp"
#include "random_json.hpp"
#include "random_patterns.hpp"

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

std::string mutated(std::string text, Random& random, Tally& tally) {
  ++tally["event: mutated"];
  for (std::size_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
    const std::size_t at = random.below(text.size());
    switch (random.below(5)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, 1 + random.below(4));
        break;
      case 2:
        text.insert(at, random.of({"\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "\\u0061",
                                   "\\ud800", "\xC3", "\x01", " ", "null", "\"a\":1,", "e9"}));
        break;
      case 3:
        text.insert(at, text.substr(random.below(text.size()), random.below(30)));
        break;
      default:
        ++tally["event: truncated"];
        text.resize(at);
    }
  }
  return text;
}

// The model with other values here and there.
void vary(Value& value, std::size_t percent, Random& random) {
  for (auto& [name, child] : value.members) {
    vary(child, percent, random);
    if (random.chance(percent)) child = random_scalar(random);
    if (random.chance(percent / 4)) name = random.of(names());
  }
  for (Value& child : value.elements) {
    vary(child, percent, random);
    if (random.chance(percent)) child = random_scalar(random);
  }
}

std::string random_event(const Value& model, const std::string& line, bool json, bool slices,
                         Random& random, Tally& tally) {
  std::string text;
  if (!json) {
    text = random.chance(60) ? line : random_line(random);
  } else {
    Value value = model;
    if (random.chance(50)) vary(value, 2 + random.below(30), random);
    const std::size_t escapes = random.chance(50) ? 0 : random.of({"2", "20", "100"}).size() * 20;
    text = write(value, {escapes, slices, random.chance(8)}, random, tally);
    if (random.chance(3)) text = "[" + text + "," + text + "]";
    if (random.chance(3)) text += random.of({" \t", "\r", "\v", "x", "{}", "\f"});
  }
  ++tally[json ? "event: JSON" : "event: line"];
  if (random.chance(8)) text = mutated(std::move(text), random, tally);
  if (slices) return text;
  // Line breaks would make two events of it; a carriage return at the end belongs to the break.
  for (char& c : text)
    if (c == '\n') c = ' ';
  while (text.ends_with('\r')) text.pop_back();
  return text;
}

std::vector<std::string> random_references(const Pattern& pattern, const Value& model,
                                           Random& random) {
  std::vector<std::string> references;
  for (std::size_t n = random.below(3); n > 0; --n) {
    std::string reference = random.chance(60) ? random_selector(model, random)
                                              : random.of({"$1", "$2", "$w1", "$w0", "$.a"});
    if (pattern.can_resolve(reference)) references.push_back(std::move(reference));
  }
  return references;
}

Case make_case(std::uint64_t seed, Tally& tally) {
  Random random(seed);
  Case out;
  out.as_slices = random.chance(30);
  if (random.chance(50)) out.many_values = 0;
  const Value model = random_object(random, 3);
  const std::string line = random_line(random);
  const std::size_t kind = random.below(10);
  const std::size_t json_percent = kind < 6 ? 100 : kind < 8 ? 0 : 50;
  const std::size_t patterns = 1 + random.below(random.chance(30) ? 60 : 12);
  while (out.patterns.size() < patterns) {
    const bool json = random.chance(json_percent);
    Tally unused;
    const std::string text = json ? write(model, {}, random, unused) : line;
    MadePattern made = random.chance(json ? 85 : 0) ? random_json_pattern(model, random)
                       : random.chance(50)          ? random_terms_pattern(text, random)
                                                    : random_delimited_pattern(text, random);
    if (random.chance(1)) made = {random.of({"", " "}), {"match all"}};
    const PatternPtr pattern = compile(made.text);
    ++tally[pattern ? "pattern: taken" : "pattern: refused"];
    if (!pattern) continue;
    out.patterns.push_back({pattern, random_references(*pattern, model, random)});
    out.parts.push_back(std::move(made.parts));
  }
  out.common = {"$.a", "$.eventName"};
  for (std::size_t n = 5 + random.below(30); n > 0; --n)
    out.events.push_back(
        random_event(model, line, random.chance(json_percent), out.as_slices, random, tally));
  return out;
}

const char* const kMustBeHit[] = {"json = word",
                                  "json != word",
                                  "json != wildcard",
                                  "json = x*",
                                  "json = *x",
                                  "json = *x*",
                                  "json = *",
                                  "json != *",
                                  "json = regex",
                                  "json != regex",
                                  "json = number",
                                  "json != number",
                                  "json < number",
                                  "json > number",
                                  "json <= number",
                                  "json >= number",
                                  "json IS NULL",
                                  "json IS TRUE",
                                  "json IS FALSE",
                                  "json NOT EXISTS",
                                  "json &&",
                                  "json ||",
                                  "json one of many values",
                                  "json selector: wildcard",
                                  "json selector: index",
                                  "json selector: brackets",
                                  "terms required",
                                  "terms optional",
                                  "terms exclusion",
                                  "terms required regex",
                                  "delimited = word",
                                  "delimited != word",
                                  "delimited = x*",
                                  "delimited = *x",
                                  "delimited = *x*",
                                  "delimited = regex",
                                  "delimited = number",
                                  "delimited < number",
                                  "delimited ...",
                                  "delimited all fields",
                                  "match all",
                                  "event: JSON",
                                  "event: line",
                                  "event: mutated",
                                  "event: truncated",
                                  "event: a name twice",
                                  "event: number in another form",
                                  "event: a blank before a string",
                                  "event: a long string of a name",
                                  "event: lone surrogate",
                                  "event: surrogate pair",
                                  "event: escape \\u",
                                  "event: escape \\\"",
                                  "event: escape \\\\",
                                  "event: escape \\/",
                                  "event: escape \\b",
                                  "event: escape \\f",
                                  "event: escape \\n",
                                  "event: escape \\r",
                                  "event: escape \\t"};

class Run {
 public:
  int run(std::uint64_t pairs_wanted, std::uint64_t seed, bool require_all) {
    for (; pairs_ < pairs_wanted; ++seed) {
      const Case c = make_case(seed, tally_);
      if (compare(c)) continue;
      std::printf("DIFFERENCE at seed %llu\n", static_cast<unsigned long long>(seed));
      return print_difference(c), 1;
    }
    return finish(seed, require_all);
  }

 private:
  bool compare(const Case& c) {
    const Answers answers = engine_answers(c, scratch_);
    for (std::size_t e = 0; e < c.events.size(); ++e)
      for (std::size_t p = 0; p < c.patterns.size(); ++p) {
        const Answer right = oracle_.answer(c.patterns[p], c.events[e]);
        if (right != answers[e][p]) return false;
        ++pairs_;
        matched_ += right.matches;
      }
    for (std::size_t p = 0; p < c.patterns.size(); ++p)
      for (const std::string& part : c.parts[p]) {
        tally_[part] += c.events.size();
        for (std::size_t e = 0; e < c.events.size(); ++e)
          matched_parts_[part] += answers[e][p].matches;
      }
    return true;
  }

  int finish(std::uint64_t seed, bool require_all) {
    for (const auto& [part, count] : tally_) {
      std::printf("%-36s %12llu", part.c_str(), static_cast<unsigned long long>(count));
      if (matched_parts_.count(part) != 0)
        std::printf(" %12llu in matches", static_cast<unsigned long long>(matched_parts_[part]));
      std::printf("\n");
    }
    std::printf("%llu pairs, %llu match (%.1f %%), no difference; next seed %llu\n",
                static_cast<unsigned long long>(pairs_), static_cast<unsigned long long>(matched_),
                100.0 * static_cast<double>(matched_) / static_cast<double>(pairs_),
                static_cast<unsigned long long>(seed));
    int missing = 0;
    for (const char* part : kMustBeHit)
      if (require_all && tally_[part] == 0) std::printf("never hit: %s\n", part), missing = 1;
    if (require_all && matched_ * 10 < pairs_ * 3) std::printf("too few matches\n"), missing = 1;
    return missing;
  }

  Tally tally_, matched_parts_;
  Oracle oracle_;
  PatternSet::Scratch scratch_;  // one for all sets, as in a thread
  std::uint64_t pairs_ = 0, matched_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t pairs = 100'000, seed = 1;
  bool require_all = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--require-all")
      require_all = true;
    else if (name == "--pairs" && i + 1 < count)
      pairs = std::strtoull(arguments[++i], nullptr, 10);
    else if (name == "--seed" && i + 1 < count)
      seed = std::strtoull(arguments[++i], nullptr, 10);
    else
      return std::fprintf(stderr, "engine_differential [--pairs N] [--seed S] [--require-all]\n"),
             2;
  }
  return Run().run(pairs, seed, require_all);
}
