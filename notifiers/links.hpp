// SPDX-License-Identifier: Apache-2.0
// Which texts of a message may become a link: is_link() stands with the escapes.
#pragma once
#include "tocsin/escape.hpp"  // IWYU pragma: export
