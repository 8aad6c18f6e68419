// SPDX-License-Identifier: Apache-2.0
// The lexical checks that On-Demand parsing leaves open: what stands in a number, and what a
// string's escapes mean.
#pragma once
#include <string_view>

namespace tocsin {

// RFC 8259: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool is_json_number(std::string_view token);

// Decodes what stands between the quotes to `out`, which has room for `raw.size()` bytes, and moves
// `out` behind it. A lone surrogate becomes U+FFFD. false: a bad escape.
bool decode_json_string(std::string_view raw, char*& out);

// Whether decode_json_string() would take what stands between the quotes.
bool has_valid_escapes(std::string_view raw);

}  // namespace tocsin
