// SPDX-License-Identifier: Apache-2.0
// How deep in JSON's brackets a place is, without parsing what stands before it.
#pragma once
#include <optional>
#include <string_view>

namespace tocsin {

// How many more { and [ than } and ] stand in `text` outside strings; nullopt: it ends within a
// string.
std::optional<int> json_depth(std::string_view text);

}  // namespace tocsin
