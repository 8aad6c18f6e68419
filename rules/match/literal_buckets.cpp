// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_buckets.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBuckets = 8;
// More groups than this are not told apart before they are merged: it costs their square.
constexpr std::size_t kGroupsMax = 160;

unsigned byte_frequency(unsigned char byte) {
  const char c = static_cast<char>(byte);
  constexpr std::string_view common = "etainosr", rare = "jkqvwxyz", separators = ":,.-/_= ";
  if (c == '"') return 95;
  if (common.find(c) != std::string_view::npos) return 45;
  if (separators.find(c) != std::string_view::npos) return 25;
  if (is_digit(c)) return 22;
  if (c >= 'a' && c <= 'z') return rare.find(c) != std::string_view::npos ? 5 : 16;
  if (is_letter(c)) return 6;
  return byte < 0x20 || byte >= 0x7f ? 1 : 3;
}

// By what eight bits of a set of classes weigh.
using Weights = std::array<std::array<float, 256>, 8>;

Weights make_weights() {
  Weights weights{};
  for (unsigned part = 0; part < 8; ++part)
    for (unsigned set = 0; set < 256; ++set)
      for (unsigned bit = 0; bit < 8; ++bit)
        if ((set >> bit & 1) != 0)
          weights[part][set] +=
              static_cast<float>(class_frequency(static_cast<unsigned char>(part * 8 + bit))) /
              1000;
  return weights;
}

double rate_of(const std::array<std::uint64_t, kWindowBytes>& classes) {
  static const Weights weights = make_weights();
  double rate = 1;
  for (const std::uint64_t set : classes) {
    double weight = 0;
    for (unsigned part = 0; part < 8; ++part) weight += weights[part][set >> (8 * part) & 255];
    rate *= std::min(weight, 1.0);
  }
  return rate;
}

void add(LiteralBucket& bucket, std::string_view window) {
  for (std::size_t i = 0; i < kWindowBytes; ++i) {
    if (i < window.size()) {
      const auto byte = static_cast<unsigned char>(window[i]);
      bucket.classes[i] |= std::uint64_t{1} << (byte & 63);
      bucket.bytes[i].set(byte);
    } else {
      bucket.classes[i] = ~std::uint64_t{0};
      bucket.bytes[i].set();
    }
  }
}

LiteralBucket merged(const LiteralBucket& a, const LiteralBucket& b) {
  LiteralBucket both = a;
  for (std::size_t i = 0; i < kWindowBytes; ++i) {
    both.classes[i] |= b.classes[i];
    both.bytes[i] |= b.bytes[i];
  }
  both.rate = rate_of(both.classes);
  return both;
}

double rate_merged(const LiteralBucket& a, const LiteralBucket& b) {
  std::array<std::uint64_t, kWindowBytes> classes = a.classes;
  for (std::size_t i = 0; i < kWindowBytes; ++i) classes[i] |= b.classes[i];
  return rate_of(classes);
}

// Windows that begin alike.
std::vector<LiteralBucket> group(const std::vector<std::string_view>& windows,
                                 const std::vector<LiteralKey>& keys, std::size_t alike) {
  std::map<std::pair<LiteralKey, std::string_view>, LiteralBucket> groups;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    LiteralBucket& bucket = groups[{keys[i], windows[i].substr(0, alike)}];
    bucket.key = keys[i];
    add(bucket, windows[i]);
  }
  std::vector<LiteralBucket> out;
  for (auto& [begin, bucket] : groups) {
    bucket.rate = rate_of(bucket.classes);
    out.push_back(bucket);
  }
  return out;
}

// Two groups of one kind made one, and what that costs.
struct Merge {
  double cost = std::numeric_limits<double>::infinity();
  std::size_t with = 0;
};

Merge cheapest(const std::vector<LiteralBucket>& groups, std::size_t of) {
  Merge best;
  for (std::size_t i = 0; i < of; ++i) {
    if (groups[i].key != groups[of].key) continue;
    const double cost = rate_merged(groups[i], groups[of]) - groups[i].rate - groups[of].rate;
    if (cost < best.cost) best = {cost, i};
  }
  return best;
}

}  // namespace

unsigned class_frequency(unsigned char byte) {
  unsigned sum = 0;
  for (unsigned high = 0; high < 4; ++high)
    sum += byte_frequency(static_cast<unsigned char>((byte & 63u) | high << 6));
  return sum;
}

double pass_rate(std::string_view window) {
  double rate = 1;
  for (const char c : window) rate *= class_frequency(static_cast<unsigned char>(c)) / 1000.0;
  return rate;
}

std::vector<LiteralBucket> share_buckets(const std::vector<std::string_view>& windows,
                                         const std::vector<LiteralKey>& keys) {
  std::vector<LiteralBucket> groups = group(windows, keys, kWindowBytes);
  for (std::size_t alike = kWindowBytes - 1; groups.size() > kGroupsMax && alike > 0; --alike)
    groups = group(windows, keys, alike);
  std::vector<Merge> merges(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) merges[i] = cheapest(groups, i);
  while (groups.size() > kBuckets) {
    const auto best = std::min_element(merges.begin(), merges.end(),
                                       [](auto& a, auto& b) { return a.cost < b.cost; });
    const auto of = static_cast<std::size_t>(best - merges.begin());
    const std::size_t with = best->with;
    groups[with] = merged(groups[with], groups[of]);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(of));
    merges.resize(groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) merges[i] = cheapest(groups, i);
  }
  return groups;
}

}  // namespace tocsin
