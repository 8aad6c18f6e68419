// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lines/delimited_set.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "rules/pattern/bound_fields.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/comparison.hpp"
#include "rules/pattern/evaluate.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kAllFields = std::numeric_limits<std::size_t>::max();

const ast::Entry& entry_of(const ast::Delimited& pattern, std::size_t i) {
  return i < pattern.before.size() ? pattern.before[i] : pattern.after[i - pattern.before.size()];
}
std::size_t entry_count(const ast::Delimited& pattern) {
  return pattern.before.size() + pattern.after.size();
}

}  // namespace

DelimitedSet::DelimitedSet(std::vector<const ast::Delimited*> patterns)
    : patterns_(std::move(patterns)) {
  number_places();
  for (const ast::Delimited* pattern : patterns_) add_rule(*pattern);
  set_triggers();
}

FieldPlace DelimitedSet::place_of(const ast::Delimited& pattern, std::size_t entry) {
  const std::size_t count = entry_count(pattern);
  if (entry >= pattern.before.size()) return {FieldPlace::From::right, count - 1 - entry};
  const bool takes_rest = !pattern.ellipsis && entry + 1 == count;
  return {takes_rest ? FieldPlace::From::left_with_rest : FieldPlace::From::left, entry};
}

void DelimitedSet::number_places() {
  std::set<FieldPlace> places;
  for (const ast::Delimited* pattern : patterns_)
    for (std::size_t i = 0; i < entry_count(*pattern); ++i)
      if (entry_of(*pattern, i).condition) places.insert(place_of(*pattern, i));
  places_.assign(places.begin(), places.end());
  triggers_.resize(places_.size());
}

ast::Expression<DelimitedSet::Test> DelimitedSet::compile(
    const ast::Expression<ast::FieldTest>& expression) {
  using From = ast::Expression<ast::FieldTest>;
  using To = ast::Expression<Test>;
  const auto all = [](const std::vector<From>& operands) {
    std::vector<To> compiled;
    for (const From& operand : operands) compiled.push_back(compile(operand));
    return compiled;
  };
  return std::visit(
      Overloaded{
          [](const ast::FieldTest& test) {
            const auto* literal = std::get_if<ast::NumberLiteral>(&test.literal);
            return To{Test{&test, literal ? Number::parse(literal->text) : std::nullopt}};
          },
          [&](const From::AllOf& from) { return To{typename To::AllOf{all(from.operands)}}; },
          [&](const From::AnyOf& from) { return To{typename To::AnyOf{all(from.operands)}}; },
      },
      expression.node);
}

void DelimitedSet::add_rule(const ast::Delimited& pattern) {
  Rule& rule = rules_.emplace_back();
  rule.fields = entry_count(pattern);
  for (std::size_t i = 0; i < rule.fields; ++i) {
    const ast::Entry& entry = entry_of(pattern, i);
    if (!entry.condition) continue;
    const auto place = std::lower_bound(places_.begin(), places_.end(), place_of(pattern, i));
    rule.conditions.push_back(
        {static_cast<std::uint32_t>(place - places_.begin()), compile(*entry.condition)});
  }
}

// Each pattern is triggered by the condition that lets the fewest fields through and that the
// fewest patterns share.
void DelimitedSet::set_triggers() {
  using Key = std::pair<std::uint32_t, FieldKey>;
  std::map<Key, std::size_t> shared;
  std::vector<std::vector<std::vector<Key>>> choices(patterns_.size());
  for (std::size_t number = 0; number < patterns_.size(); ++number) {
    std::size_t condition = 0;
    for (std::size_t i = 0; i < rules_[number].fields; ++i) {
      const ast::Entry& entry = entry_of(*patterns_[number], i);
      if (!entry.condition) continue;
      const std::uint32_t place = rules_[number].conditions[condition++].place;
      std::vector<Key> keys;
      for (FieldKey& key : required_keys(*entry.condition))
        keys.emplace_back(place, std::move(key));
      for (const Key& key : keys) ++shared[key];
      if (!keys.empty()) choices[number].push_back(std::move(keys));
    }
  }
  const auto cost = [&](const std::vector<Key>& keys) {
    std::size_t sum = 0;
    for (const Key& key : keys) sum += shared[key] * looseness(key.second);
    return sum;
  };
  std::map<std::string, std::vector<std::uint32_t>> inner;
  for (std::uint32_t number = 0; number < patterns_.size(); ++number) {
    const auto best =
        std::min_element(choices[number].begin(), choices[number].end(),
                         [&](const auto& a, const auto& b) { return cost(a) < cost(b); });
    if (best == choices[number].end()) {
      untriggered_.push_back(number);
      continue;
    }
    for (const auto& [place, key] : *best)
      if (key.kind == FieldKey::Kind::inner)
        inner[key.text].push_back(number);
      else
        triggers_[place].add(key, number);
  }
  for (FieldTriggers& triggers : triggers_) triggers.seal();
  note_always_split();
  if (inner.empty()) return;
  std::vector<std::string> literals;
  for (auto& [text, patterns] : inner) {
    literals.push_back(text);
    inner_patterns_.push_back(std::move(patterns));
  }
  inner_scan_.emplace(literals);
}

// One step over all fields that every event is split into is faster than many.
void DelimitedSet::note_always_split() {
  const auto note = [&](std::uint32_t place) {
    always_split_ = std::max(always_split_, fields_of(places_[place]));
  };
  for (std::uint32_t place = 0; place < places_.size(); ++place)
    if (!triggers_[place].empty()) note(place);
  for (const std::uint32_t pattern : untriggered_)
    if (!rules_[pattern].conditions.empty()) note(rules_[pattern].conditions.front().place);
}

bool DelimitedSet::holds(const Test& test, FieldValue& value, RegexScratch& regexes) {
  if (const auto* regex = std::get_if<ast::RegexLiteral>(&test.test->literal))
    return regex->regex->search(value.text(), regexes) == (test.test->op == ast::Operator::equal);
  if (!test.number) return tocsin::holds(*test.test, value.text());
  const std::optional<Number>& number = value.number();
  if (!number) return test.test->op == ast::Operator::not_equal;
  return tocsin::holds(test.test->op, *number <=> *test.number);
}

bool DelimitedSet::holds(const Rule& rule, Scratch& scratch) const {
  for (const Condition& condition : rule.conditions) {
    FieldValue& value = this->value(condition.place, scratch);
    if (!value.is_there() || !satisfied(condition.expression, [&](const Test& test) {
          return holds(test, value, scratch.regexes);
        }))
      return false;
  }
  if (scratch.fields.size() < rule.fields) scratch.splitter.split(rule.fields, scratch.fields);
  return scratch.fields.size() >= rule.fields;
}

FieldValue& DelimitedSet::value(std::uint32_t place, Scratch& scratch) const {
  FieldValue& value = scratch.values[place];
  if (scratch.places.add(place)) read(places_[place], scratch, value);
  return value;
}

std::size_t DelimitedSet::fields_of(const FieldPlace& place) {
  if (place.from == FieldPlace::From::right) return kAllFields;
  return place.index + (place.from == FieldPlace::From::left_with_rest ? 2 : 1);
}

void DelimitedSet::read(const FieldPlace& place, Scratch& scratch, FieldValue& value) {
  const std::vector<Field>& fields = scratch.fields;
  const bool from_right = place.from == FieldPlace::From::right;
  const bool with_rest = place.from == FieldPlace::From::left_with_rest;
  const std::size_t wanted = fields_of(place);
  if (fields.size() < wanted) scratch.splitter.split(wanted, scratch.fields);
  if (place.index >= fields.size()) return value.clear();
  if (from_right) return value.set(fields[fields.size() - 1 - place.index].text);
  const Field& field = fields[place.index];
  const bool has_more = with_rest && fields.size() > place.index + 1;
  value.set(has_more ? trim_end(scratch.message.substr(field.begin)) : field.text);
}

void DelimitedSet::match(std::string_view message, Scratch& scratch,
                         std::vector<std::uint32_t>& matched) const {
  scratch.message = message;
  scratch.splitter = FieldSplitter(message);
  scratch.fields.clear();
  scratch.splitter.split(always_split_, scratch.fields);
  if (scratch.values.size() < places_.size()) scratch.values.resize(places_.size());
  scratch.places.clear(places_.size());
  scratch.patterns.clear(rules_.size());
  const std::size_t before = matched.size();
  const auto look_at = [&](std::uint32_t pattern) {
    if (scratch.patterns.add(pattern) && holds(rules_[pattern], scratch))
      matched.push_back(pattern);
  };
  for (std::uint32_t place = 0; place < places_.size(); ++place) {
    if (triggers_[place].empty()) continue;
    FieldValue& value = this->value(place, scratch);
    if (!value.is_there()) continue;
    scratch.triggered.clear();
    triggers_[place].find(value, scratch.literals, scratch.triggered);
    for (const std::uint32_t pattern : scratch.triggered) look_at(pattern);
  }
  if (inner_scan_) {
    scratch.literals.clear();
    inner_scan_->collect(message, scratch.literals);
    for (const std::uint32_t literal : scratch.literals)
      for (const std::uint32_t pattern : inner_patterns_[literal]) look_at(pattern);
  }
  for (const std::uint32_t pattern : untriggered_) look_at(pattern);
  if (matched.size() - before > 1)
    std::sort(matched.begin() + static_cast<std::ptrdiff_t>(before), matched.end());
}

std::optional<std::string_view> DelimitedSet::reference(std::size_t pattern,
                                                        std::string_view reference,
                                                        Scratch& scratch) const {
  scratch.splitter.split(kAllFields, scratch.fields);
  return BoundFields(*patterns_[pattern], scratch.message, scratch.fields).find(reference);
}

}  // namespace tocsin
