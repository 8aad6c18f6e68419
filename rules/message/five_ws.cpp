// SPDX-License-Identifier: Apache-2.0
#include "rules/message/five_ws.hpp"

#include "rules/message/text.hpp"

namespace tocsin {

FiveWs five_ws(const Evidence& event, std::string_view) {
  FiveWs facts;
  facts.what = cut_code_points(to_one_line(event.message), 300);
  return facts;
}

}  // namespace tocsin
