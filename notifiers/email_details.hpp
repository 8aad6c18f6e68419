// SPDX-License-Identifier: Apache-2.0
// The lower half of a mail: groups of details under CloudWatch's labels, which people grep for.
// Pure.
#pragma once
#include <string>
#include <vector>

#include "notifiers/facts.hpp"
#include "tocsin/notification.hpp"

namespace tocsin {

// A label "" is a sentence.
struct DetailGroup {
  std::string title;  // "Alarm Details"
  std::vector<Fact> rows;
};
std::vector<DetailGroup> email_details(const Notification& n);

}  // namespace tocsin
