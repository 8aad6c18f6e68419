// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace tocsin {

// Why a pattern was refused: `column` (bytes from 1) and `length` point into the pattern's text.
struct PatternError {
  int column = 1;
  int length = 1;
  std::string text;
  std::string hint;
};

}  // namespace tocsin
