// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_scan.hpp"

#include <algorithm>

namespace tocsin {

LiteralScan::LiteralScan(std::vector<std::string> literals, bool escapes)
    : literals_(std::move(literals)), escapes_(escapes) {}

LiteralScan::Find LiteralScan::next(std::string_view text, std::size_t from) const {
  Find find{std::string_view::npos, 0, from};
  if (escapes_) find.at = text.find("\\u", from);
  for (const std::string& literal : literals_)
    find.at = std::min(find.at, text.find(literal, from));
  const std::string_view passed = text.substr(from, find.at - from);
  find.line_breaks = static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n'));
  if (const std::size_t last = passed.rfind('\n'); last != std::string_view::npos)
    find.line_begin = from + last + 1;
  return find;
}

void LiteralScan::collect(std::string_view text, std::vector<std::uint32_t>& found) const {
  for (std::uint32_t i = 0; i < literals_.size(); ++i)
    if (text.find(literals_[i]) != std::string_view::npos) found.push_back(i);
}

}  // namespace tocsin
