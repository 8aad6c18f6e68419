// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/cell_values.hpp"

#include <algorithm>
#include <utility>

#include "rules/metric/totals.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNodeBytes = 128;  // of a cell beside its distribution

// Whether totals say what their samples are.
bool is_one_value(const Totals& t) { return t.minimum == t.maximum; }

}  // namespace

void CellValues::count(Cell& cell) {
  bytes_ -= cell.bytes;
  cell.bytes = kNodeBytes + cell.packed.capacity() + (cell.open ? cell.open->bytes() : 0);
  bytes_ += cell.bytes;
}

void CellValues::pack(Cell& cell) {
  if (!cell.open) return;
  cell.packed = cell.open->encode();
  cell.packed.shrink_to_fit();
  cell.open.reset();
  count(cell);
}

Distribution& CellValues::open(Instant t, Cell& cell) {
  if (cell.open) return *cell.open;
  cell.open = std::make_unique<Distribution>();
  if (!cell.packed.empty()) cell.open->decode(cell.packed);
  cell.packed = {};
  open_.push_back(t);
  if (open_.size() > kOpenMax) {
    const auto oldest = cells_.find(open_.front());
    if (oldest != cells_.end()) pack(oldest->second);
    open_.erase(open_.begin());
  }
  return *cell.open;
}

CellValues::Map::iterator CellValues::erase(Map::iterator at) {
  if (at->second.stored) gone_.push_back(at->first);
  std::erase(open_, at->first);
  bytes_ -= at->second.bytes;
  return cells_.erase(at);
}

void CellValues::touch(Instant t, Cell& cell) {
  count(cell);
  if (!std::exchange(cell.dirty, true)) dirty_.push_back(t);
}

void CellValues::stop() {
  erase_before(kNever);
  stopped_ = true;
}

void CellValues::add(Instant t, const Totals& before, double value) {
  if (stopped_) return;
  auto at = cells_.find(t);
  if (at == cells_.end()) {
    const bool still_one = before.count == 0 || (is_one_value(before) && before.minimum == value);
    if (still_one || !is_one_value(before) || before.minimum < 0 || value < 0) return;
    at = cells_.try_emplace(t).first;
    open(t, at->second).add(before);
  }
  Cell& cell = at->second;
  Distribution& samples = open(t, cell);
  samples.add(value);
  if (samples.is_available())
    touch(t, cell);
  else
    erase(at);
}

void CellValues::merge(Instant from, const Totals& from_totals, Instant to,
                       const Totals& to_totals) {
  const bool one = is_one_value(from_totals) && is_one_value(to_totals) &&
                   from_totals.minimum == to_totals.minimum;
  Distribution both;
  if (!one) {
    read(from, from_totals, both);
    read(to, to_totals, both);
  }
  for (const Instant t : {from, to})
    if (const auto old = cells_.find(t); old != cells_.end()) erase(old);
  if (one || !both.is_available()) return;
  Cell& cell = cells_[to];
  cell.packed = both.encode();
  touch(to, cell);
}

void CellValues::erase_before(Instant t) {
  for (auto at = cells_.begin(); at != cells_.end() && at->first < t;) at = erase(at);
}

void CellValues::read(Instant t, const Totals& totals, Distribution& out) const {
  const auto at = cells_.find(t);
  if (at == cells_.end()) return out.add(totals);
  if (at->second.open) return out.merge(*at->second.open);
  Distribution held;
  held.decode(at->second.packed);
  out.merge(held);
}

void CellValues::collect(const Changed& changed, const Gone& gone) {
  for (const Instant t : gone_) gone(t);
  gone_.clear();
  for (const Instant t : std::exchange(open_, {})) pack(cells_.at(t));
  for (const Instant t : std::exchange(dirty_, {})) {
    const auto at = cells_.find(t);
    if (at == cells_.end() || !std::exchange(at->second.dirty, false)) continue;
    changed(t, at->second.packed);
    at->second.stored = true;
  }
}

void CellValues::times(const Gone& each) const {
  for (const Instant t : gone_) each(t);
  for (const auto& [t, cell] : cells_)
    if (cell.stored) each(t);
}

void CellValues::rewrite() {
  gone_.clear();
  for (auto& [t, cell] : cells_) {
    cell.stored = false;
    touch(t, cell);
  }
}

bool CellValues::restore(Instant t, const Totals& totals, std::string_view bytes) {
  Distribution read;
  if (!read.decode(bytes) || !read.is_available()) return false;
  double samples = 0;
  const std::vector<WeightedValue> values = read.values();
  for (const WeightedValue& v : values) samples += static_cast<double>(v.count);
  if (samples != totals.count || values.empty() || values.front().value != totals.minimum ||
      values.back().value != totals.maximum)
    return false;
  Cell& cell = cells_[t];
  cell.packed = bytes;
  cell.stored = true;
  count(cell);
  return true;
}

}  // namespace tocsin
