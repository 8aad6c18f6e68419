// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "daemon/inputs/cloudtrail_input.hpp"
#include "daemon/inputs/file_input.hpp"
#include "daemon/inputs/input.hpp"
#include "daemon/inputs/stdin_input.hpp"

namespace tocsin {

std::span<const InputType> input_types() {
  static constexpr std::array kTypes{
      InputType{"file", "log files by globs, through rotations", kFileInputKeys, decode_file_input},
      InputType{"cloudtrail", "a tree of CloudTrail delivery files", kCloudtrailInputKeys,
                decode_cloudtrail_input},
      InputType{"stdin", "lines of standard input", {}, decode_stdin_input},
  };
  return kTypes;
}

}  // namespace tocsin
