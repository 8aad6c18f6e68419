// SPDX-License-Identifier: Apache-2.0
// Text -> ConfigNode. The only file that sees yaml-cpp. Reports syntax errors, duplicate keys,
// merge keys, aliases beyond a bound, depth over 64, more than 1,000,000 nodes.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"

namespace tocsin {

// A null node if the text is empty or broken (then `out` says why). `file` is what locations will
// name.
ConfigNode read_yaml(std::string_view text, const std::string& file, Diagnostics& out);
// JSON of the same shape, all escapes allowed; strings are `quoted`. Locations are lines and
// columns too.
ConfigNode read_json(std::string_view text, const std::string& file, Diagnostics& out);
// YAML, or JSON if the first non-blank byte is '{'.
ConfigNode read_document(std::string_view text, const std::string& file, Diagnostics& out);

// "file:line:col: error[code]: text", the line of `source` that it is about, a caret line, a hint
// line. `source` is the whole text of the file; empty: the first line only. colour: ANSI.
std::string render(const Diagnostic& d, std::string_view source, bool colour);

}  // namespace tocsin
