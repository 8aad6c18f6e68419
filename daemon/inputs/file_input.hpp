// SPDX-License-Identifier: Apache-2.0
// Input `file`: log files by globs, each a stream of its own.
//   path: a glob, or a list of globs. Compressed files are not followed; they are read only as the
//   rest of a rotated file.
#pragma once
#include "daemon/inputs/input.hpp"

namespace tocsin {

inline constexpr std::string_view kFileInputKeys[] = {"path"};
InputMaker decode_file_input(const ConfigNode& options, Diagnostics& out);

// A group's row beside those of its files: it has been looked at.
inline constexpr std::string_view kSeenRow = "@seen";

}  // namespace tocsin
