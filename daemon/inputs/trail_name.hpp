// SPDX-License-Identifier: Apache-2.0
// What the name of a CloudTrail delivery file tells.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/time.hpp"

namespace tocsin {

struct TrailName {
  std::string account, region;
  Instant time{};  // whole minutes, as in the name
};

// 111122223333_CloudTrail_us-east-1_20260101T0005Z_Abc.json.gz; nothing if it is not so named.
std::optional<TrailName> parse_trail_name(std::string_view path);

}  // namespace tocsin
