// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_tables.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "rules/match/literal_buckets.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// Windows further in would cost a find more: the lines up to its begin are counted again.
constexpr std::size_t kOffsetMax = 32;

bool is_whole(std::string_view text) {
  return text.size() >= 2 && text.size() <= kWholeBytesMax && text.front() == '"' &&
         text.find('"', 1) == text.size() - 1;
}

std::size_t key_bytes(std::size_t left) { return left >= 8 ? 8 : std::bit_floor(left); }

LiteralKey key_of(std::size_t bytes) {
  switch (bytes) {
    case 8:
      return LiteralKey::eight;
    case 4:
      return LiteralKey::four;
    case 2:
      return LiteralKey::two;
    default:
      return LiteralKey::one;
  }
}

// A literal and where stage one looks for it.
struct Placed {
  std::string_view text;
  LiteralKey key = LiteralKey::whole;
  std::size_t offset = 0;

  std::string_view window() const { return text.substr(offset, kWindowBytes); }
  std::uint64_t hash() const {
    if (key == LiteralKey::whole) return hash_of_whole(text, 0, text.size());
    return LiteralTables::hash_key(key, load_bytes(text, offset, key_bytes(text.size() - offset)));
  }
};

// How many literals have eight bytes in common, for those that cannot be told by a closing quote.
using Sharers = std::unordered_map<std::uint64_t, std::uint32_t>;

template <class Visit>
void each_window(std::string_view text, Visit visit) {
  const std::size_t needed = std::min<std::size_t>(text.size(), 8);
  for (std::size_t at = 0; at + needed <= text.size() && at <= kOffsetMax; ++at) visit(at);
}

// The rarest place: few positions of a log pass it, and few other literals have the same bytes
// there, each of which costs a comparison.
Placed place(std::string_view text, const Sharers& sharers) {
  if (is_whole(text)) return {text, LiteralKey::whole, 0};
  Placed best{text, key_of(key_bytes(text.size())), 0};
  double least = 2e9;
  each_window(text, [&](std::size_t at) {
    const auto shared = sharers.find(load_bytes(text, at, 8));
    const double others = shared == sharers.end() ? 1 : shared->second;
    const double cost = pass_rate(text.substr(at, kWindowBytes)) * (4 + others);
    if (cost >= least) return;
    least = cost;
    best.offset = at;
  });
  return best;
}

std::vector<Placed> place_all(const std::vector<std::string>& literals) {
  Sharers sharers;
  for (const std::string& literal : literals)
    if (literal.size() >= 8 && !is_whole(literal))
      each_window(literal, [&](std::size_t at) { ++sharers[load_bytes(literal, at, 8)]; });
  std::vector<Placed> placed;
  for (const std::string& literal : literals) placed.push_back(place(literal, sharers));
  return placed;
}

void fill_buckets(const std::vector<Placed>& placed, LiteralTables& tables) {
  std::vector<std::string_view> windows;
  std::vector<LiteralKey> keys;
  for (const Placed& literal : placed) {
    windows.push_back(literal.window());
    keys.push_back(literal.key);
  }
  const std::vector<LiteralBucket> buckets = share_buckets(windows, keys);
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    const auto bit = static_cast<std::uint8_t>(1u << b);
    tables.buckets[static_cast<std::size_t>(buckets[b].key)] |= bit;
    for (std::size_t i = 0; i < kWindowBytes; ++i)
      for (std::size_t byte = 0; byte < 256; ++byte) {
        if (!buckets[b].bytes[i].test(byte)) continue;
        tables.by_byte[i][byte] |= bit;
        tables.by_class[i][byte & 63] |= bit;
        tables.by_low[i][byte & 15] |= bit;
        tables.by_high[i][byte >> 4] |= bit;
      }
  }
}

void fill_entries(const std::vector<Placed>& placed, LiteralTables& tables) {
  // A sixteenth of the bits set at most: one position in 16 is looked up in vain.
  const auto bits = static_cast<unsigned>(std::bit_width(placed.size()) + 4);
  tables.bitmap_shift = 64 - std::max(bits, 10u);
  tables.bitmap.assign((std::size_t{1} << (64 - tables.bitmap_shift)) / 64, 0);
  tables.slot_shift = tables.bitmap_shift + 3;
  for (std::uint32_t i = 0; i < placed.size(); ++i) {
    const std::uint64_t hash = placed[i].hash(), bit = hash >> tables.bitmap_shift;
    tables.bitmap[bit / 64] |= std::uint64_t{1} << (bit % 64);
    tables.entries.push_back({hash, i, static_cast<std::uint32_t>(placed[i].offset),
                              static_cast<std::uint32_t>(tables.texts.size()),
                              static_cast<std::uint32_t>(placed[i].text.size())});
    tables.texts += placed[i].text;
  }
  std::sort(tables.entries.begin(), tables.entries.end(),
            [](const auto& a, const auto& b) { return a.hash < b.hash; });
  tables.slots.assign((std::size_t{1} << (64 - tables.slot_shift)) + 1, 0);
  for (const auto& entry : tables.entries) ++tables.slots[(entry.hash >> tables.slot_shift) + 1];
  for (std::size_t i = 1; i < tables.slots.size(); ++i) tables.slots[i] += tables.slots[i - 1];
}

}  // namespace

LiteralTables::LiteralTables(const std::vector<std::string>& literals, bool escapes)
    : literal_count(static_cast<std::uint32_t>(literals.size())) {
  std::vector<Placed> placed = place_all(literals);
  if (escapes) placed.push_back({"\\u", LiteralKey::two, 0});
  fill_buckets(placed, *this);
  fill_entries(placed, *this);
}

std::size_t LiteralTables::compare(std::string_view text, std::size_t from, std::size_t at,
                                   std::uint64_t hash, std::vector<std::uint32_t>* found) const {
  const std::uint64_t slot = hash >> slot_shift;
  for (std::uint32_t i = slots[slot]; i < slots[slot + 1]; ++i) {
    const Entry& entry = entries[i];
    if (entry.hash != hash || at < from + entry.offset) continue;
    const std::string_view literal(texts.data() + entry.text_begin, entry.text_length);
    if (text.substr(at - entry.offset, literal.size()) != literal) continue;
    if (!found) return at - entry.offset;
    if (entry.literal < literal_count) found->push_back(entry.literal);
  }
  return kNone;
}

LiteralScan::Find LineCount::found(std::size_t from, std::size_t at, std::size_t window) const {
  LiteralScan::Find find{at, breaks, begin};
  const std::string_view between = text.substr(at, window - at);
  const auto counted = std::count(between.begin(), between.end(), '\n');
  if (counted == 0) return find;
  // The literal itself has line breaks, before its window.
  find.line_breaks -= static_cast<std::size_t>(counted);
  const std::size_t last = text.substr(from, at - from).rfind('\n');
  find.line_begin = last == kNone ? from : from + last + 1;
  return find;
}

}  // namespace tocsin
