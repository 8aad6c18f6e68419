// SPDX-License-Identifier: Apache-2.0
// One member of an event's root object, without parsing the event where the bytes alone tell.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/match/literals/literal_scan.hpp"
#include "rules/pattern/event_view.hpp"

namespace tocsin {

// Immutable, any thread.
class TopLevelMember {
 public:
  // `name` is made of characters that JSON writes as they are.
  explicit TopLevelMember(std::string name);

  // The string or number (source text) under the name in the root object; nullopt: absent, of
  // another kind, no object. A name of the same spelling further in never counts. Where one look
  // suffices, what stands behind the member is not judged: an event cut in the middle still has a
  // time. The text lives until the view is reset or its reader reads on.
  std::optional<std::string_view> find(EventView& event) const;

 private:
  std::string name_;
  LiteralScan key_;  // the name in its quotes, or a \u: one that is written in disguise, perhaps
};

}  // namespace tocsin
