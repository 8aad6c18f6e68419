// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tocsin {

// full: a commit that returned survives a power cut. normal: it survives a crash of Tocsin; a power
// cut may lose the last ones, never half of one.
enum class Durability { full, normal };

}  // namespace tocsin
