// SPDX-License-Identifier: Apache-2.0
#include "rules/message/evidence.hpp"

#include "rules/message/text.hpp"

namespace tocsin {

std::string trim_evidence(std::string_view message, const EvidenceSpec&, std::size_t limit) {
  return cut_bytes(to_valid_utf8(message), limit);
}

}  // namespace tocsin
