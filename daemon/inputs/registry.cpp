// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/input.hpp"

namespace tocsin {
std::span<const InputType> input_types() { return {}; }
}  // namespace tocsin
