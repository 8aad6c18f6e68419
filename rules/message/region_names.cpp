// SPDX-License-Identifier: Apache-2.0
// Region codes and the names that CloudWatch's messages show instead.
#include <array>
#include <utility>

#include "rules/message/names.hpp"

namespace tocsin {
namespace {

using Row = std::pair<std::string_view, std::string_view>;
constexpr std::array kRegions{
    Row{"af-south-1", "Africa (Cape Town)"},
    Row{"ap-east-1", "Asia Pacific (Hong Kong)"},
    Row{"ap-east-2", "Asia Pacific (Taipei)"},
    Row{"ap-northeast-1", "Asia Pacific (Tokyo)"},
    Row{"ap-northeast-2", "Asia Pacific (Seoul)"},
    Row{"ap-northeast-3", "Asia Pacific (Osaka)"},
    Row{"ap-south-1", "Asia Pacific (Mumbai)"},
    Row{"ap-south-2", "Asia Pacific (Hyderabad)"},
    Row{"ap-southeast-1", "Asia Pacific (Singapore)"},
    Row{"ap-southeast-2", "Asia Pacific (Sydney)"},
    Row{"ap-southeast-3", "Asia Pacific (Jakarta)"},
    Row{"ap-southeast-4", "Asia Pacific (Melbourne)"},
    Row{"ap-southeast-5", "Asia Pacific (Malaysia)"},
    Row{"ap-southeast-6", "Asia Pacific (New Zealand)"},
    Row{"ap-southeast-7", "Asia Pacific (Thailand)"},
    Row{"ca-central-1", "Canada (Central)"},
    Row{"ca-west-1", "Canada West (Calgary)"},
    Row{"cn-north-1", "China (Beijing)"},
    Row{"cn-northwest-1", "China (Ningxia)"},
    Row{"eu-central-1", "EU (Frankfurt)"},
    Row{"eu-central-2", "Europe (Zurich)"},
    Row{"eu-north-1", "EU (Stockholm)"},
    Row{"eu-south-1", "EU (Milan)"},
    Row{"eu-south-2", "Europe (Spain)"},
    Row{"eu-west-1", "EU (Ireland)"},
    Row{"eu-west-2", "EU (London)"},
    Row{"eu-west-3", "EU (Paris)"},
    Row{"il-central-1", "Israel (Tel Aviv)"},
    Row{"me-central-1", "Middle East (UAE)"},
    Row{"me-south-1", "Middle East (Bahrain)"},
    Row{"mx-central-1", "Mexico (Central)"},
    Row{"sa-east-1", "South America (Sao Paulo)"},
    Row{"us-east-1", "US East (N. Virginia)"},
    Row{"us-east-2", "US East (Ohio)"},
    Row{"us-gov-east-1", "AWS GovCloud (US-East)"},
    Row{"us-gov-west-1", "AWS GovCloud (US-West)"},
    Row{"us-west-1", "US West (N. California)"},
    Row{"us-west-2", "US West (Oregon)"},
};

}  // namespace

std::string region_display_name(std::string_view region) {
  for (const auto& [code, name] : kRegions)
    if (code == region) return std::string(name);
  return std::string(region);
}

}  // namespace tocsin
