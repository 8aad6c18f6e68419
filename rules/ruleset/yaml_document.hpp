// SPDX-License-Identifier: Apache-2.0
// Text -> ConfigNode: YAML 1.2 of one document without the parts that surprise people. The only
// file that sees yaml-cpp. Refused, each at its place: duplicate keys, merge keys (<<), keys that
// are not text, tags, several documents, control characters, texts over 16 MiB, nesting over 64,
// more than 1,000,000 nodes (aliases counted as what they stand for).
#pragma once
#include <string>
#include <string_view>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"

namespace tocsin {

// A null node if the text is empty or broken (then `out` says why). `file` is what locations will
// name. Scalars stay text: what 012, yes or 1e3 mean is decided where they are read
// (tocsin/config_values.hpp).
ConfigNode read_yaml(std::string_view text, const std::string& file, Diagnostics& out);
// YAML, or JSON (json_document.hpp) if the first non-blank byte is '{'.
ConfigNode read_document(std::string_view text, const std::string& file, Diagnostics& out);

}  // namespace tocsin
