// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "tocsin/log_event.hpp"

namespace tocsin {

// How many events of `block` are no JSON objects: neither blank nor beginning with '{'.
std::uint64_t count_other_lines(const EventBlock& block);

}  // namespace tocsin
