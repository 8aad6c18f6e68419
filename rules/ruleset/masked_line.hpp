// SPDX-License-Identifier: Apache-2.0
// A line of a configuration that may be shown to everybody.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

// With `*` in the place of what may be a secret, so that it is as long as before: values of keys
// that are named as secrets are (also in lists), of URLs the user and what stands behind the host.
// References to credentials stay.
std::string masked_line(std::string_view line);

}  // namespace tocsin
