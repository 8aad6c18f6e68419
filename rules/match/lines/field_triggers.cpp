// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lines/field_triggers.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rules/match/literals/log_sample.hpp"

namespace tocsin {
namespace {

using Condition = ast::Expression<ast::FieldTest>;
using Keys = std::vector<FieldKey>;

Keys keys_of(const ast::TextLiteral& literal) {
  const FieldKey key = key_of(literal);
  return key.text.empty() && key.kind != FieldKey::Kind::whole ? Keys{} : Keys{key};
}

Keys keys_of(const ast::NumberLiteral& literal) {
  const std::optional<Number> number = Number::parse(literal.text);
  const auto integer = number ? number->integer() : std::nullopt;
  return integer ? Keys{{FieldKey::Kind::number, {}, *integer}} : Keys{};
}

Keys keys_of(const ast::RegexLiteral& regex) {
  Keys keys;
  for (std::string& text : rare_literals(regex.body).value_or(std::vector<std::string>{}))
    keys.push_back({FieldKey::Kind::inner, std::move(text), 0});
  return keys;
}

std::size_t looseness_of(const Keys& keys) {
  std::size_t sum = 0;
  for (const FieldKey& key : keys) sum += looseness(key);
  return sum;
}

// Each operand must hold: the strictest is enough.
Keys keys_of_all(const Condition::AllOf& all) {
  Keys best;
  for (const Condition& operand : all.operands) {
    Keys keys = required_keys(operand);
    if (!keys.empty() && (best.empty() || looseness_of(keys) < looseness_of(best)))
      best = std::move(keys);
  }
  return best;
}

// Any operand may hold: all of them together, or none.
Keys keys_of_any(const Condition::AnyOf& any) {
  Keys all;
  for (const Condition& operand : any.operands) {
    const Keys keys = required_keys(operand);
    if (keys.empty()) return {};
    all.insert(all.end(), keys.begin(), keys.end());
  }
  return all;
}

std::uint64_t filter_bit(std::int64_t number) {
  return std::uint64_t{1} << (static_cast<std::uint64_t>(number) % 64);
}

}  // namespace

FieldKey key_of(const ast::TextLiteral& text) {
  using Kind = FieldKey::Kind;
  if (text.open_start) return {text.open_end ? Kind::inner : Kind::suffix, text.core, 0};
  return {text.open_end ? Kind::prefix : Kind::whole, text.core, 0};
}

std::vector<FieldKey> required_keys(const Condition& condition) {
  return std::visit(Overloaded{
                        [](const ast::FieldTest& test) {
                          if (test.op != ast::Operator::equal) return Keys{};
                          return std::visit([](const auto& literal) { return keys_of(literal); },
                                            test.literal);
                        },
                        [](const Condition::AllOf& all) { return keys_of_all(all); },
                        [](const Condition::AnyOf& any) { return keys_of_any(any); },
                    },
                    condition.node);
}

std::size_t looseness(const FieldKey& key) {
  if (key.kind == FieldKey::Kind::whole || key.kind == FieldKey::Kind::number) return 1;
  constexpr std::size_t kOfOneByte = 32;
  return 2 + kOfOneByte / key.text.size() + (key.kind == FieldKey::Kind::inner ? 1 : 0);
}

void FieldTriggers::Texts::add(const std::string& text, std::uint32_t pattern) {
  building_[text].push_back(pattern);
  filter_ |= filter_bit(text);
}

void FieldTriggers::Texts::seal() {
  std::vector<std::uint64_t> hashes;
  for (auto& [text, patterns] : building_) {
    hashes.push_back(hash_text(text));
    entries_.emplace_back(text, std::move(patterns));
  }
  building_.clear();
  index_ = HashIndex(hashes);
}

FieldTriggers::Affixes& FieldTriggers::affixes(FieldKey::Kind kind, std::size_t length) {
  const auto known = std::find_if(affixes_.begin(), affixes_.end(), [&](const Affixes& a) {
    return a.kind == kind && a.length == length;
  });
  return known != affixes_.end() ? *known : affixes_.emplace_back(Affixes{kind, length, {}});
}

void FieldTriggers::add(const FieldKey& key, std::uint32_t pattern) {
  is_empty_ = false;
  switch (key.kind) {
    case FieldKey::Kind::whole:
      return whole_.add(key.text, pattern);
    case FieldKey::Kind::number:
      number_filter_ |= filter_bit(key.number);
      return numbers_[key.number].push_back(pattern);
    case FieldKey::Kind::prefix:
    case FieldKey::Kind::suffix:
      return affixes(key.kind, key.text.size()).texts.add(key.text, pattern);
    case FieldKey::Kind::inner:
      inner_[key.text].push_back(pattern);
  }
}

std::uint64_t FieldTriggers::Affixes::hash(std::string_view part) const {
  const bool prefix = kind == FieldKey::Kind::prefix;
  std::uint32_t bytes = 0;
  if (part.size() >= sizeof bytes)
    std::memcpy(&bytes, part.data() + (prefix ? part.size() - sizeof bytes : 0), sizeof bytes);
  else
    bytes = static_cast<std::uint32_t>(short_word(part));
  return (bytes + (std::uint64_t{2 * length + (prefix ? 1 : 0)} << 32)) * 0x9E37'79B9'7F4A'7C15;
}

void FieldTriggers::seal_affixes() {
  std::size_t parts = 0;
  for (const Affixes& group : affixes_) parts += group.texts.unsealed().size();
  const auto bits = static_cast<unsigned>(std::bit_width(parts)) + 5;
  affix_bits_.assign(std::max<std::size_t>((std::size_t{1} << bits) / 64, 1), 0);
  affix_shift_ = 64 - bits;
  for (Affixes& group : affixes_) {
    for (const auto& entry : group.texts.unsealed()) {
      const std::uint64_t bit = group.hash(entry.first) >> affix_shift_;
      affix_bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    group.texts.seal();
  }
}

void FieldTriggers::seal() {
  whole_.seal();
  seal_affixes();
  if (inner_.empty()) return;
  std::vector<std::string> literals;
  for (auto& [text, patterns] : inner_) {
    literals.push_back(text);
    inner_patterns_.push_back(std::move(patterns));
  }
  inner_.clear();
  inner_scan_.emplace(literals);
}

void FieldTriggers::find(FieldValue& value, Numbers& found, Numbers& patterns) const {
  const auto append = [&](const Numbers& more) {
    patterns.insert(patterns.end(), more.begin(), more.end());
  };
  const std::string_view text = value.text();
  whole_.find(text, patterns);
  any_affix(text, [&](const Affixes& group, std::string_view part) {
    group.texts.find(part, patterns);
    return false;
  });
  if (inner_scan_) {
    found.clear();
    inner_scan_->collect(text, found);
    for (const std::uint32_t literal : found) append(inner_patterns_[literal]);
  }
  if (number_filter_ == 0 || !value.number()) return;
  const std::optional<std::int64_t> number = value.number()->integer();
  if (!number || (number_filter_ & filter_bit(*number)) == 0) return;
  if (const auto entry = numbers_.find(*number); entry != numbers_.end()) append(entry->second);
}

bool FieldTriggers::has_key_of(std::string_view text) const {
  if (whole_.has(text)) return true;
  const auto has_part = [](const Affixes& group, std::string_view part) {
    return group.texts.has(part);
  };
  if (any_affix(text, has_part)) return true;
  return inner_scan_ && inner_scan_->next(text, 0).at != std::string_view::npos;
}

}  // namespace tocsin
