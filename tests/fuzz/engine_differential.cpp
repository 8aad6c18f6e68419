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
#include <nlohmann/json.hpp>
#include <optional>

#include "random_json.hpp"
#include "random_patterns.hpp"
#include "rules/match/block_events.hpp"
#include "rules/match/pattern_set.hpp"

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

using PatternPtr = std::shared_ptr<const Pattern>;

PatternPtr compile(const std::string& text) {
  auto compiled = Pattern::compile(text, {.quotas = false});
  auto* pattern = std::get_if<PatternPtr>(&compiled);
  return pattern ? *pattern : nullptr;
}

// What a pattern makes of an event: whether it matches, and what its references select.
struct Answer {
  bool matches = false;
  std::vector<std::optional<std::string>> references;
  bool operator==(const Answer&) const = default;
};

struct Case {
  std::vector<PatternSet::Wanted> patterns;
  std::vector<std::vector<std::string>> parts;  // of each pattern
  std::vector<std::string> common;
  std::vector<std::string> events;
  bool as_slices = false;
};

class Oracle {
 public:
  Answer answer(const PatternSet::Wanted& wanted, const std::string& event) {
    if (!at_ || *at_ != event) {
      at_ = event;
      view_.reset(*at_);
    }
    Answer out{wanted.pattern->matches(view_), {}};
    if (!out.matches) return out;
    for (const std::string& reference : wanted.references)
      out.references.push_back(wanted.pattern->resolve(reference, view_));
    return out;
  }

 private:
  JsonReader reader_;
  EventView view_{reader_};
  std::optional<std::string> at_;
};

// Events as a block, with bytes around them that belong to nobody.
struct Block {
  std::string bytes;
  std::vector<EventSlice> slices;
  EventBlock block;

  explicit Block(const Case& c) {
    for (const std::string& event : c.events) {
      if (c.as_slices) bytes += ", ";
      slices.push_back({static_cast<std::uint32_t>(bytes.size()),
                        static_cast<std::uint32_t>(event.size()), slices.size()});
      bytes += event;
      if (!c.as_slices) bytes += '\n';
    }
    block.bytes = bytes;
    if (c.as_slices) block.events = slices;
  }
};

// By event, by pattern.
using Answers = std::vector<std::vector<Answer>>;

Answers engine_answers(const Case& c, PatternSet::Scratch& scratch) {
  const PatternSet set(c.patterns, c.common);
  const Block block(c);
  Answers answers(c.events.size(), std::vector<Answer>(c.patterns.size()));
  std::vector<std::uint32_t> matched;
  EventCursor event(block.block);
  while (true) {
    if (set.candidates() != nullptr) event.skip_to(*set.candidates());
    if (event.at_end()) return answers;
    set.match(event.message(), scratch, matched);
    for (const std::uint32_t pattern : matched) {
      Answer& answer = answers[event.index()][pattern];
      answer.matches = true;
      for (std::size_t i = 0; i < c.patterns[pattern].references.size(); ++i) {
        const auto value = set.reference(pattern, i, scratch);
        answer.references.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      }
    }
    event.next();
  }
}

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

std::string shown(const Answer& answer) {
  std::string out = answer.matches ? "match" : "no match";
  for (const auto& reference : answer.references) out += reference ? " [" + *reference + "]" : " -";
  return out;
}

std::string printable(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

bool differs(const Case& c, Oracle& oracle) {
  PatternSet::Scratch scratch;
  const Answers answers = engine_answers(c, scratch);
  for (std::size_t e = 0; e < c.events.size(); ++e)
    for (std::size_t p = 0; p < c.patterns.size(); ++p)
      if (answers[e][p] != oracle.answer(c.patterns[p], c.events[e])) return true;
  return false;
}

// Leaves out patterns, events and pieces of events as long as the difference stays.
Case smallest(Case c) {
  Oracle oracle;
  const auto without = [&](auto list, std::size_t from, std::size_t count) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(from),
               list.begin() + static_cast<std::ptrdiff_t>(from + count));
    return list;
  };
  for (std::size_t i = 0; i < c.patterns.size();) {
    Case less = c;
    less.patterns = without(c.patterns, i, 1);
    differs(less, oracle) ? void(c = less) : void(++i);
  }
  for (std::size_t i = 0; i < c.events.size();) {
    Case less = c;
    less.events = without(c.events, i, 1);
    differs(less, oracle) ? void(c = less) : void(++i);
  }
  for (std::size_t size = 64; size > 0; size /= 2)
    for (std::string& event : c.events)
      for (std::size_t at = 0; at + size <= event.size();) {
        const std::string before = event;
        event.erase(at, size);
        if (differs(c, oracle)) continue;
        event = before;
        ++at;
      }
  return c;
}

int report(const Case& found, std::uint64_t seed) {
  std::printf("DIFFERENCE at seed %llu\n", static_cast<unsigned long long>(seed));
  Oracle oracle;
  PatternSet::Scratch scratch;
  const Case c = differs(found, oracle) ? smallest(found) : found;  // else it needs a used scratch
  const Answers answers = engine_answers(c, scratch);
  for (std::size_t p = 0; p < c.patterns.size(); ++p)
    for (std::size_t e = 0; e < c.events.size(); ++e) {
      const Answer right = oracle.answer(c.patterns[p], c.events[e]);
      if (c.patterns.size() > 1 && right == answers[e][p]) continue;
      std::printf("pattern %s\n", c.patterns[p].pattern->to_string().c_str());
      for (const std::string& r : c.patterns[p].references) std::printf("  wants %s\n", r.c_str());
      std::printf("event   %s (%s)\noracle  %s\nengine  %s\n", printable(c.events[e]).c_str(),
                  c.as_slices ? "slice" : "line", shown(right).c_str(),
                  shown(answers[e][p]).c_str());
    }
  return 1;
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
      if (!compare(c)) return report(c, seed);
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
