// SPDX-License-Identifier: Apache-2.0
// What makes messages a group: `by` of a subscription's `group`. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/notification.hpp"

namespace tocsin {

// alarm, key (alarm and key), severity, log_group, `tags.NAME`, `key.NAME`.
bool is_group_part(std::string_view part);

// The values of the parts, each with its name; a tag or name that is not there is "".
std::string group_key(const std::vector<std::string>& by, const Notification& n);

}  // namespace tocsin
