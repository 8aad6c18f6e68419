// SPDX-License-Identifier: Apache-2.0
// Diagnostics as people read them.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/diagnostics.hpp"

namespace tocsin {

//   rules/auth.yaml:14:13: error[dangling-reference]: alarm "ssh" watches an unknown metric
//      14 |     metric: ssh/failed_login
//         |             ^^^^^^^^^^^^^^^^  did you mean "ssh/failed_logins"?
// with a line break at the end. `source` is the whole text of the file; empty: no line and caret,
// the hint on a line of its own. Long lines are cut around the caret; what stands after keys such
// as `password` and `webhook_url` is masked, since secrets are never printed. colour: ANSI.
std::string render(const Diagnostic& d, std::string_view source, bool colour);
// The same with the line alone; empty: there is none.
std::string render_line(const Diagnostic& d, std::string_view line, bool colour);

}  // namespace tocsin
