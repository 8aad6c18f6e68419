// SPDX-License-Identifier: Apache-2.0
// ${credential:NAME} in the main configuration. contract.md section 2.
#pragma once
#include <string>

#include "daemon/config/environment.hpp"
#include "tocsin/result.hpp"
#include "tocsin/secret.hpp"

namespace tocsin {

// `text` with every ${credential:NAME} replaced by the content of its file, less a line break at
// the end. Read anew at each call. Errors ("bad-credential") name the places that were tried and
// why each failed, never a value.
Result<Secret> resolve_credentials(const std::string& text, const Environment& environment);

}  // namespace tocsin
