// SPDX-License-Identifier: Apache-2.0
// "did you mean ...?": the known name nearest to one that is not known. For messages to people;
// never decides anything.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

inline constexpr std::size_t kSuggestedBytesMax = 64;

// Least number of letters inserted, left out, replaced or swapped with their neighbour that makes
// `a` of `b`. Both at most kSuggestedBytesMax long.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::array<unsigned char, kSuggestedBytesMax + 1>;
  Row before{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<unsigned char>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<unsigned char>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int least = std::min(last[j], row[j - 1]) + 1;
      least = std::min(least, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) least = std::min(least, before[j - 2] + 1);
      row[j] = static_cast<unsigned char>(least);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

// The name in `names` (anything that converts to string_view) that `wanted` is most likely a slip
// for; "" if none is near. Names over kSuggestedBytesMax are no slips.
template <class Names>
std::string_view nearest_name(std::string_view wanted, const Names& names) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const auto& name : names) {
    const std::string_view candidate(name);
    if (std::max(wanted.size(), candidate.size()) > kSuggestedBytesMax) continue;
    if (candidate.size() >= wanted.size() + best_distance ||
        wanted.size() >= candidate.size() + best_distance)
      continue;
    const std::size_t distance = edit_distance(wanted, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

// "a, b, c", cut after `most` names.
template <class Names>
std::string list_names(const Names& names, std::size_t most = 12) {
  std::string text;
  std::size_t count = 0;
  for (const auto& name : names) {
    if (count++ == most) return text + ", ...";
    if (count > 1) text += ", ";
    text += std::string_view(name);
  }
  return text;
}

// A hint: `did you mean "threshold"?`, or nothing.
template <class Names>
std::string did_you_mean(std::string_view wanted, const Names& names) {
  const std::string_view nearest = nearest_name(wanted, names);
  return nearest.empty() ? "" : "did you mean \"" + std::string(nearest) + "\"?";
}

// The same, else `known are: a, b, c`, else nothing.
template <class Names>
std::string suggest(std::string_view wanted, const Names& names) {
  const std::string nearest = did_you_mean(wanted, names);
  const std::string all = nearest.empty() ? list_names(names) : "";
  return all.empty() ? nearest : "known are: " + all;
}

}  // namespace tocsin
