// SPDX-License-Identifier: Apache-2.0
// What is kept of an event that tripped an alarm: enough to understand it, nothing secret.
// spec/notifications.md 1.2.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "tocsin/rule_set.hpp"

namespace tocsin {

inline constexpr std::size_t kStoredEvidenceBytes = std::size_t{8} * 1024;
inline constexpr std::size_t kSentEvidenceBytes = std::size_t{2} * 1024;

// Secrets redacted, access key ids cut to their last 4 characters, `fields`/`drop` applied, at most
// `limit` bytes. JSON stays valid JSON (the longest values are dropped first) and its numbers stay
// as they were written; anything else is cut at a character boundary with "...". Applying it again
// changes nothing but the size.
std::string trim_evidence(std::string_view message, const EvidenceSpec& spec, std::size_t limit);

}  // namespace tocsin
