// SPDX-License-Identifier: Apache-2.0
#include "engine_case.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "rules/match/block_events.hpp"

namespace tocsin::fuzz {
namespace {

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

}  // namespace

PatternPtr compile(const std::string& text, bool quotas) {
  auto compiled = Pattern::compile(text, {.quotas = quotas});
  auto* pattern = std::get_if<PatternPtr>(&compiled);
  return pattern ? *pattern : nullptr;
}

Answers engine_answers(const Case& c, PatternSet::Scratch& scratch) {
  const PatternSet set(c.patterns, c.common, c.many_values);
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

void print_difference(const Case& found) {
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
}

}  // namespace tocsin::fuzz
