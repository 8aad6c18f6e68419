// SPDX-License-Identifier: Apache-2.0
// The specifications of all long forms: alarms alike share one, so that a hundred thousand of them
// hold a few dozen.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "rules/alarm/long_form.hpp"

namespace tocsin {

class LongFormSpecs {
 public:
  // One that is equal to `spec`.
  std::shared_ptr<const LongFormSpec> share(const LongFormSpec& spec);
  // Forgets those that nobody holds.
  void sweep();

 private:
  std::unordered_map<std::string, std::shared_ptr<const LongFormSpec>>
      specs_;  // by all their fields
};

}  // namespace tocsin
