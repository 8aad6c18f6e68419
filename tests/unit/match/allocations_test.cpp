// SPDX-License-Identifier: Apache-2.0
// What matching asks the allocator for, counted by an operator new of our own; the sanitizers want
// theirs.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <cstdint>
#include <cstdlib>
#include <new>

#include "rules/match/block_events.hpp"
#include "rules/match/matcher.hpp"
#include "rules/match/pattern_set.hpp"
#include "support/patterns.hpp"

namespace {
thread_local std::uint64_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace tocsin;

namespace {

PatternSet set_of(const std::vector<std::string>& texts, const std::string& reference) {
  std::vector<PatternSet::Wanted> wanted;
  for (const std::string& text : texts) wanted.push_back({pattern_of(text), {reference}});
  return PatternSet(std::move(wanted), {});
}

// Those that matched and had the reference.
std::size_t match_all(const PatternSet& set, const EventBlock& block, PatternSet::Scratch& scratch,
                      std::vector<std::uint32_t>& matched) {
  std::size_t found = 0;
  for (EventCursor event(block);;) {
    if (set.candidates() != nullptr) event.skip_to(*set.candidates());
    if (event.at_end()) return found;
    set.match(event.message(), scratch, matched);
    for (const std::uint32_t pattern : matched)
      found += set.reference(pattern, 0, scratch).has_value();
    event.next();
  }
}

}  // namespace

TEST_CASE("what was matched once is matched again without asking for memory", "[match]") {
  const struct {
    std::vector<std::string> patterns;
    std::string reference, bytes;
    std::size_t found;
  } rows[] = {
      {{"{ $.a = x* && $.n >= 2 }", "{ $.l[*].t = %^y+$% || $.o.p NOT EXISTS }", "{ $.* = z }"},
       "$.a",
       "{\"a\":\"x\\u0031 and a text that is no short one\",\"n\":2.50,\"l\":[{\"t\":\"yy\"}]}\n"
       "{\"a\":\"q\",\"o\":{\"p\":[1,2,{\"q\":\"z\"}]},\"n\":1e3}\n{\"b\":\"z\",\"a\":\"z\"}\n"
       "{\"a\":\"x\",\"n\":2,\n",
       4},
      {{"[ip, user, ..., status = 4*, bytes > 1000]", "[..., w = %^5..$%, bytes]"},
       "$1",
       "10.0.0.1 - \"GET /a/long/path/that/is/no/short/text HTTP/1.1\" 404 1234\nx y 500 5\n",
       2},
  };
  for (const auto& row : rows) {
    INFO(row.reference);
    const PatternSet set = set_of(row.patterns, row.reference);
    EventBlock block;
    block.bytes = row.bytes;
    PatternSet::Scratch scratch;
    std::vector<std::uint32_t> matched;
    CHECK(match_all(set, block, scratch, matched) == row.found);
    match_all(set, block, scratch, matched);
    const std::uint64_t before = allocations;
    CHECK(before > 0);
    const std::size_t found = match_all(set, block, scratch, matched);
    const std::uint64_t after = allocations;
    CHECK(after == before);
    CHECK(found == row.found);
  }
}

TEST_CASE("a matcher made after another one shares what that has compiled", "[match]") {
  auto rules = std::make_shared<RuleSet>();
  rules->log_groups.emplace_back().name = "app";
  for (int i = 0; i < 200; ++i) {
    MetricFilter& filter = rules->filters.emplace_back();
    filter.log_group = "app";
    filter.pattern = pattern_of("{ $.a = value-" + std::to_string(i) + " }");
  }
  const std::uint64_t begin = allocations;
  const Matcher before(rules);
  const std::uint64_t between = allocations;
  const Matcher after(rules, &before);
  const std::uint64_t compiled = between - begin, shared = allocations - between;
  CHECK(shared * 4 < compiled);
}
#endif
