// SPDX-License-Identifier: Apache-2.0
// "did you mean ...?": the known name nearest to one that is not known. For messages to people;
// never decides anything.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// Least number of letters inserted, left out, replaced or swapped with their neighbour that makes
// `a` of `b`.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

// The name in `names` (anything that converts to string_view) that `wanted` is most likely a slip
// for; "" if none is near. Names over 64 bytes are no slips.
template <class Names>
std::string_view nearest_name(std::string_view wanted, const Names& names) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const auto& name : names) {
    const std::string_view candidate(name);
    if (wanted.size() > 64 || candidate.size() > 64 || candidate.empty()) continue;
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
