// SPDX-License-Identifier: Apache-2.0
// JSON of the same shape as our YAML -> ConfigNode with lines and columns. Test files may be
// written so: contract.md section 4. Refused: what yaml_document refuses, as far as JSON has it.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"

namespace tocsin {

// A null node if the text is broken (then `out` says why). Strings are `quoted`; all escapes are
// allowed, an unpaired surrogate becomes U+FFFD.
ConfigNode read_json(std::string_view text, const std::string& file, Diagnostics& out);

}  // namespace tocsin
