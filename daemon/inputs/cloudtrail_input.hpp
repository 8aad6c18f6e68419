// SPDX-License-Identifier: Apache-2.0
// Input `cloudtrail`: a tree of CloudTrail delivery files, each record once.
//   path: a directory, or a file.
// {"Records":[...]} in .json and .json.gz, and NDJSON in .gz, are objects: a stream per account and
// region. Plain NDJSON (.json .ndjson .jsonl .log) may grow and is followed as the file input does.
#pragma once
#include "daemon/inputs/input.hpp"

namespace tocsin {

inline constexpr std::string_view kCloudtrailInputKeys[] = {"path"};
InputMaker decode_cloudtrail_input(const ConfigNode& options, Diagnostics& out);

}  // namespace tocsin
