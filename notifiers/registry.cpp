// SPDX-License-Identifier: Apache-2.0
#include "tocsin/notifier.hpp"

namespace tocsin {
std::span<const NotifierType> notifier_types() { return {}; }
}  // namespace tocsin
