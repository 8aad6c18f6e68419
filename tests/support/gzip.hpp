// SPDX-License-Identifier: Apache-2.0
// Makes gzip files for tests.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {
std::string gzip(std::string_view text);
}  // namespace tocsin
