// SPDX-License-Identifier: Apache-2.0
// How the elements of an HTML mail look: inline, for every program, and as a style sheet for what
// inline styles cannot say (dark pages, narrow windows). Pure.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

// ` style="..."` of a kind of element ("card", "label", ...), of a light page.
std::string style(std::string_view kind);
std::string_view mail_style_sheet();

}  // namespace tocsin
