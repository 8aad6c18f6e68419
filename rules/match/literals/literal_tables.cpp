// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_tables.hpp"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
std::uint64_t hash_string(std::string_view text) {
  return load_bytes(text, 0) * 0x9E3779B97F4A7C15u +
         load_bytes(text, text.size() - 8) * 0xC2B2AE3D27D4EB4Fu + text.size();
}

}  // namespace

LiteralTables::LiteralTables(std::vector<Literal> literals, bool escapes)
    : literal_count(static_cast<std::uint32_t>(literals.size())) {
  if (escapes) literals.emplace_back("\\u");
  const LiteralPlaces placed = place_literals(literals);
  fill_stage_one(placed.buckets);
  fill_entries(placed.places, literals);
}

void LiteralTables::fill_stage_one(std::vector<LiteralBucket> shared) {
  // The lowest of several buckets is the one whose key is tried first.
  std::stable_sort(shared.begin(), shared.end(),
                   [](const auto& a, const auto& b) { return a.shape() < b.shape(); });
  std::array<unsigned, kKeyShapes.size()> by_shape{};
  for (std::size_t b = 0; b < shared.size(); ++b) {
    const auto bit = static_cast<std::uint8_t>(1u << b);
    by_shape[shared[b].shape()] |= bit;
    for (std::size_t i = 0; i < kWindowBytes; ++i)
      for (unsigned byte = 0; byte < 256; ++byte) {
        if (!shared[b].allows(i, static_cast<unsigned char>(byte))) continue;
        by_byte[i][byte] |= bit;
        by_class[i][class_of(static_cast<unsigned char>(byte))] |= bit;
        by_low[i][byte % 16] |= bit;
        by_high[i][byte / 16] |= bit;
      }
  }
  for (unsigned set = 1; set < 256; ++set)
    for (std::size_t shape = 0; shape < kKeyShapes.size(); ++shape) {
      const unsigned with_it = set & by_shape[shape];
      if (with_it == 0) continue;
      rules[set] = {kKeyShapes[shape].mask(), kKeyShapes[shape].begin,
                    static_cast<std::uint8_t>(set & ~with_it), shape == kNameShape};
      break;
    }
  for (std::size_t b = 0; b < shared.size(); ++b) {
    const std::size_t shape = shared[b].shape(), to = kLiteralBuckets - 1 - b;
    vector_rules.masks[to] = kKeyShapes[shape].mask();
    vector_rules.begins[to] = kKeyShapes[shape].begin;
    vector_rules.alikes[to] = by_shape[shape];
  }
  vector_rules.names = by_shape[kNameShape];
}

void LiteralTables::fill_entries(const std::vector<LiteralPlace>& places,
                                 const std::vector<Literal>& literals) {
  // A sixteenth of the bits is set at most: one position in 16 is compared in vain.
  const auto bits = std::max(static_cast<unsigned>(std::bit_width(places.size())) + 4, 10u);
  bitmap_shift = 64 - bits;
  slot_shift = bitmap_shift + 3;
  bitmap.assign((std::size_t{1} << bits) / 64, 0);
  std::unordered_set<std::uint64_t> strings;
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const LiteralPlace& literal = places[i];
    const KeyShape& shape = kKeyShapes[literal.shape];
    const std::uint64_t hash =
        hash_key(load_bytes(literal.key(), 0), {shape.mask(), shape.begin, 0, false});
    const std::uint64_t bit = hash >> bitmap_shift;
    bitmap[bit / 64] |= std::uint64_t{1} << (bit % 64);
    const bool by_ends = is_distinct_string(literal);
    if (by_ends) strings.insert({hash, hash_string(literal.text)});
    if (literal.shape == kNameShape)
      for (const ValueBeginning& value : *literals[i].condition->beginnings())
        values.add(load_bytes(literal.key(), 0), value);
    entries.push_back(
        {by_ends ? hash_string(literal.text) : hash, i, static_cast<std::int32_t>(literal.offset),
         static_cast<std::uint32_t>(texts.size()), static_cast<std::uint32_t>(literal.text.size()),
         true, literal.window().before, literals[i].condition});
    texts += literal.text;
  }
  values.seal();
  any_string = !strings.empty();
  for (Entry& entry : entries) entry.alone = !strings.contains(entry.hash);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  slots.assign((std::size_t{1} << (64 - slot_shift)) + 1, 0);
  for (const Entry& entry : entries) ++slots[(entry.hash >> slot_shift) + 1];
  for (std::size_t i = 1; i < slots.size(); ++i) slots[i] += slots[i - 1];
}

std::size_t LiteralTables::compare(std::string_view text, std::size_t from, std::size_t at,
                                   std::uint64_t hash, std::vector<std::uint32_t>* found) const {
  bool alone = !any_string;
  const std::size_t begin = compare_hashed(text, from, at, hash, found, alone);
  if (begin != kNone || alone || text[at] != '"') return begin;
  const std::size_t length = distinct_string_length(text.substr(at));
  if (length == kNone) return kNone;
  return compare_hashed(text, from, at, hash_string(text.substr(at, length)), found, alone);
}

std::size_t LiteralTables::compare_hashed(std::string_view text, std::size_t from, std::size_t at,
                                          std::uint64_t hash, std::vector<std::uint32_t>* found,
                                          bool& alone) const {
  const std::uint64_t slot = hash >> slot_shift;
  for (std::uint32_t i = slots[slot]; i < slots[slot + 1]; ++i) {
    const Entry& entry = entries[i];
    const std::size_t begin = at - static_cast<std::size_t>(entry.offset);
    if (entry.hash != hash) continue;
    alone = entry.alone;
    if (begin > text.size() || begin < from) continue;
    const std::string_view literal(texts.data() + entry.begin, entry.length);
    if (text.substr(begin, literal.size()) != literal) continue;
    if (entry.condition && !entry.condition->holds(text, begin + literal.size())) continue;
    // Stage one takes other bytes of their class for separators.
    const bool with_separator = entry.offset < 0;
    if (with_separator && entry.before.find(text[at]) == kNone) continue;
    if (!found) return with_separator ? at : begin;
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
