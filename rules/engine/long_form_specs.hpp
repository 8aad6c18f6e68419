// SPDX-License-Identifier: Apache-2.0
// The specifications of all long forms: alarms alike share one, so that a hundred thousand of them
// hold a few dozen.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "rules/alarm/long_form.hpp"

namespace tocsin {

class LongFormSpecs {
 public:
  // One that is equal to `spec`; it stays until a sweep().
  const LongFormSpec& share(const LongFormSpec& spec);
  // Forgets all but those that are used.
  void sweep(const std::set<const LongFormSpec*>& used);

 private:
  std::unordered_map<std::string, std::unique_ptr<const LongFormSpec>>
      specs_;  // by all their fields
};

}  // namespace tocsin
