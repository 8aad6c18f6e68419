// SPDX-License-Identifier: Apache-2.0
// A mail as HTML: what email_text says, to be read in a narrow and a wide window, on light and dark
// pages. Tables and inline styles are for programs that understand no more; a style sheet adds
// the rest. Pure. Shots of it are kept in tests/golden/mail.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/notification.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// `chart_id`: the Content-ID under which the chart of the trend travels; empty: there is none.
std::string email_html(const Notification& n, const Attempt& attempt, std::string_view to,
                       std::string_view chart_id);

}  // namespace tocsin
