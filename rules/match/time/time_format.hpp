// SPDX-License-Identifier: Apache-2.0
// A "%strptime" format: %Y %y %m %d %e %j %b %B %h %a %A %H %k %I %l %p %M %S %f %z %Z %s %T %R %F
// %D %n %t %%.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/time/written_time.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

class TimeFormat {
 public:
  // Error: an unknown directive, or a format that tells no day.
  static Result<TimeFormat> compile(std::string_view text);

  // Reads at the cursor. White space in the format stands for any amount of it. %f is any number of
  // digits of a second.
  bool read(TimeCursor& cursor, WrittenTime& out) const;

 private:
  struct Step {
    bool is_directive = false;
    char character = '\0';  // the directive's letter or the literal
  };
  std::vector<Step> steps_;
};

}  // namespace tocsin
