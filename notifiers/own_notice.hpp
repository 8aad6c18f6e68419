// SPDX-License-Identifier: Apache-2.0
// Messages in which Tocsin speaks of itself and of no alarm: they pass filters, are no alarm's
// history, and nobody is told when one is lost. Known by their dedup_key, which no alarm's begins
// like. Pure.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

// `what` and `about` name a thread of them: "dead-letter", "security/slack/1".
inline std::string own_notice_key(std::string_view what, std::string_view about) {
  return std::string("tocsin-").append(what).append(" ").append(about);
}
inline bool is_own_notice(std::string_view dedup_key) { return dedup_key.starts_with("tocsin-"); }

}  // namespace tocsin
