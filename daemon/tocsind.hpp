// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>

namespace tocsin {

// `tocsind ARGS...`: runs until SIGTERM or SIGINT. Exit code: 0, 1 (it failed), 2 (usage), 78
// (invalid configuration).
int run_tocsind(std::span<const std::string> args);

}  // namespace tocsin
