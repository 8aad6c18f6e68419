// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/bound_fields.hpp"

#include <algorithm>
#include <limits>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// "$3" -> 3; 0: it is no position.
std::size_t field_position(std::string_view reference) {
  if (reference.size() < 2 || reference.front() != '$') return 0;
  reference.remove_prefix(1);
  if (!std::all_of(reference.begin(), reference.end(), is_digit)) return 0;
  std::size_t position = 0;
  for (const char c : reference) {
    if (position > std::numeric_limits<std::size_t>::max() / 100) return 0;
    position = position * 10 + static_cast<std::size_t>(c - '0');
  }
  return position;
}

bool declares(const ast::Delimited& pattern, std::string_view reference) {
  if (reference.size() < 2 || reference.front() != '$') return false;
  const auto is_named = [&](const ast::Entry& entry) { return entry.name == reference.substr(1); };
  return std::any_of(pattern.before.begin(), pattern.before.end(), is_named) ||
         std::any_of(pattern.after.begin(), pattern.after.end(), is_named);
}

}  // namespace

BoundFields::BoundFields(const ast::Delimited& pattern, std::string_view message,
                         const std::vector<Field>& fields)
    : pattern_(pattern), message_(message), fields_(fields) {
  fixed_ = pattern.before.size() + pattern.after.size();
  count_ = fields_.size();
  if (!pattern.ellipsis) count_ = std::min(count_, fixed_);
}

std::string_view BoundFields::value(std::size_t index) const {
  const bool takes_rest = !pattern_.ellipsis && index + 1 == count_ && fields_.size() > count_;
  return takes_rest ? trim_end(message_.substr(fields_[index].begin)) : fields_[index].text;
}

const ast::Entry* BoundFields::entry(std::size_t index) const {
  if (index < pattern_.before.size()) return &pattern_.before[index];
  const std::size_t from_end = count_ - index;
  if (from_end > pattern_.after.size()) return nullptr;
  return &pattern_.after[pattern_.after.size() - from_end];
}

std::optional<std::string_view> BoundFields::find(std::string_view reference) const {
  if (const std::size_t position = field_position(reference); position > 0)
    return position <= count_ ? std::optional(value(position - 1)) : std::nullopt;
  if (!declares(pattern_, reference)) return std::nullopt;
  for (std::size_t i = 0; i < count_; ++i) {
    const ast::Entry* at = entry(i);
    if (at && at->name == reference.substr(1)) return value(i);
  }
  return std::nullopt;
}

bool can_have_field(const ast::Delimited& pattern, std::string_view reference) {
  const std::size_t position = field_position(reference);
  if (position == 0) return declares(pattern, reference);
  return pattern.ellipsis || position <= pattern.before.size();
}

}  // namespace tocsin
