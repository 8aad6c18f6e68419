// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex_automaton.hpp"

#include <algorithm>
#include <map>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kHigh = 256;  // stands for every code point above U+00FF

// Every repetition of a piece is a state of its own; an unbounded one ends in a state that repeats.
std::size_t state_count(const RegexPiece& piece) {
  if (piece.kind != RegexPiece::Kind::characters) return 1;
  return piece.max ? *piece.max : std::max<std::size_t>(piece.min, 1);
}

std::size_t state_count(const RegexSyntax& regex) {
  std::size_t count = 0;
  for (const auto& side : regex.sides) {
    ++count;  // the accepting state
    for (const RegexPiece& piece : side) count += state_count(piece);
  }
  return count;
}

bool has(const CharacterSet& set, std::size_t code) {
  return code == kHigh ? set.high : set.low.test(code);
}

}  // namespace

void RegexAutomaton::mark(Bits& bits, std::size_t state) {
  bits[state / 64] |= std::uint64_t{1} << (state % 64);
}

RegexAutomaton::RegexAutomaton(const RegexSyntax& regex) : words_(state_count(regex) / 64 + 1) {
  for (Bits* bits : {&first_, &accepting_, &repeats_, &optional_}) bits->assign(words_, 0);
  optional_at_begin_ = optional_at_end_ = optional_;
  steps_.assign(kHigh + 1, optional_);
  for (const auto& side : regex.sides) {
    mark(first_, states_);
    for (const RegexPiece& piece : side) add_piece(piece);
    mark(accepting_, states_++);
  }
  optional_at_both_.assign(words_, 0);
  for (std::size_t i = 0; i < words_; ++i) {
    optional_at_begin_[i] |= optional_[i];
    optional_at_end_[i] |= optional_[i];
    optional_at_both_[i] = optional_at_begin_[i] | optional_at_end_[i];
  }
  // Most code points behave alike: keep each distinct row once.
  std::map<Bits, std::uint16_t> rows;
  std::vector<Bits> distinct;
  for (std::size_t code = 0; code <= kHigh; ++code) {
    const auto [row, added] =
        rows.emplace(steps_[code], static_cast<std::uint16_t>(distinct.size()));
    if (added) distinct.push_back(steps_[code]);
    row_of_[code] = row->second;
  }
  steps_ = std::move(distinct);
}

void RegexAutomaton::add_piece(const RegexPiece& piece) {
  if (piece.kind != RegexPiece::Kind::characters) {
    mark(piece.kind == RegexPiece::Kind::begin ? optional_at_begin_ : optional_at_end_, states_++);
    return;
  }
  const std::size_t count = state_count(piece);
  for (std::size_t i = 0; i < count; ++i, ++states_) {
    if (i >= piece.min) mark(optional_, states_);
    for (std::size_t code = 0; code <= kHigh; ++code)
      if (has(piece.set, code)) mark(steps_[code], states_);
  }
  if (!piece.max && count > 0) mark(repeats_, states_ - 1);
}

// Adds what is reached without a character: from every state of a run of skippable ones up to the
// first behind the run. The sum carries from the lowest state of a run through all its bits, which
// does a whole word at once.
void RegexAutomaton::close(Bits& states, const Bits& skippable) const {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < words_; ++i) {
    std::uint64_t sum = 0;
    const bool over = __builtin_add_overflow(skippable[i], states[i] & skippable[i], &sum);
    const bool over_again = __builtin_add_overflow(sum, carry, &sum);
    carry = over || over_again ? 1 : 0;
    states[i] |= sum ^ skippable[i];
  }
}

bool RegexAutomaton::accepts(const Bits& states) const {
  for (std::size_t i = 0; i < words_; ++i)
    if ((states[i] & accepting_[i]) != 0) return true;
  return false;
}

bool RegexAutomaton::search(std::string_view subject) const {
  Bits states = first_;
  close(states, subject.empty() ? optional_at_both_ : optional_at_begin_);
  for (std::size_t at = 0; at < subject.size();) {
    if (accepts(states)) return true;
    const Utf8Step step = decode_utf8(subject, at);
    at = step.next;
    const Bits& row = steps_[row_of_[std::min<std::size_t>(step.code_point, kHigh)]];
    std::uint64_t shifted_in = 0;
    for (std::size_t i = 0; i < words_; ++i) {
      const std::uint64_t taken = states[i] & row[i];
      states[i] = (taken << 1) | shifted_in | (taken & repeats_[i]) | first_[i];
      shifted_in = taken >> 63;
    }
    close(states, at == subject.size() ? optional_at_end_ : optional_);
  }
  return accepts(states);
}

}  // namespace tocsin
