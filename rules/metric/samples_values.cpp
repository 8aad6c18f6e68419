// SPDX-License-Identifier: Apache-2.0
// Samples: what the samples of its cells are.
#include <algorithm>

#include "rules/metric/samples.hpp"

namespace tocsin {

template <class Each>
void Samples::each_cell(Instant after, Instant upto, const Each& each) const {
  if (chunks_.empty() || upto <= after) return;
  for (std::size_t i = chunk_for(after), last = chunk_for(upto); i <= last; ++i)
    for (const Cell& c : chunks_[i].cells)
      if (c.time > after && c.time <= upto) each(c);
}

void Samples::keep_values(bool keep) {
  if (keep && !values_) values_ = std::make_unique<CellValues>();
  if (keep)
    values_->resume();
  else if (values_)
    values_->stop();
  for (Chunk& chunk : chunks_) chunk.merged.reset();
}

// A day of minutes is read once a minute: what lies in the middle of it has been merged before.
const Distribution& Samples::merged(const Chunk& chunk) const {
  refresh(chunk);
  if (chunk.merged) return *chunk.merged;
  chunk.merged = std::make_unique<Distribution>();
  for (const Cell& c : chunk.cells) values_->read(c.time, c.totals, *chunk.merged);
  return *chunk.merged;
}

Distribution Samples::distribution(Instant after, Instant upto) const {
  Distribution out;
  if (chunks_.empty() || upto <= after) return out;
  for (std::size_t i = chunk_for(after), last = chunk_for(upto); i <= last; ++i) {
    const Chunk& chunk = chunks_[i];
    const bool inside = chunk.cells.front().time > after && chunk.cells.back().time <= upto;
    // The newest chunk changes with each sample.
    if (inside && values_ && i + 1 < chunks_.size()) {
      out.merge(merged(chunk));
      continue;
    }
    for (const Cell& c : chunk.cells) {
      if (c.time <= after || c.time > upto) continue;
      if (values_)
        values_->read(c.time, c.totals, out);
      else
        out.add(c.totals);
    }
  }
  return out;
}

std::optional<std::vector<WeightedValue>> Samples::values(Instant after, Instant upto) const {
  std::vector<WeightedValue> out;
  bool known = true;
  each_cell(after, upto, [&](const Cell& c) {
    Distribution cell;
    if (c.totals.minimum == c.totals.maximum && c.totals.minimum >= 0) {
      out.push_back({c.totals.minimum, static_cast<std::uint64_t>(c.totals.count)});
      return;
    }
    if (known && values_) values_->read(c.time, c.totals, cell);
    known = known && values_ && cell.is_available();
    for (const WeightedValue& v : cell.values()) out.push_back(v);
  });
  if (!known) return std::nullopt;
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return out;
}

std::optional<Samples::Share> Samples::share(Instant after, Instant upto,
                                             const std::function<bool(double)>& c) const {
  Share out;
  if (chunks_.empty() || upto <= after) return out;
  // false: samples on both sides.
  const auto take = [&](const Totals& t) {
    const bool low = c(t.minimum);
    if (t.minimum < 0 || low != c(t.maximum)) return false;
    out.all += t.count;
    out.count += low ? t.count : 0;
    return true;
  };
  for (std::size_t i = chunk_for(after), last = chunk_for(upto); i <= last; ++i) {
    const Chunk& chunk = chunks_[i];
    refresh(chunk);
    if (chunk.cells.front().time > after && chunk.cells.back().time <= upto && take(chunk.totals))
      continue;
    for (const Cell& cell : chunk.cells) {
      if (cell.time <= after || cell.time > upto || take(cell.totals)) continue;
      Distribution samples;
      if (values_) values_->read(cell.time, cell.totals, samples);
      if (!values_ || !samples.is_available()) return std::nullopt;
      out.all += cell.totals.count;
      for (const WeightedValue& v : samples.values())
        if (c(v.value)) out.count += static_cast<double>(v.count);
    }
  }
  return out;
}

std::size_t Samples::weight() const {
  return size_ + (values_ ? values_->bytes() / sizeof(Cell) : 0);
}

// After the oldest cells went.
void Samples::trim_values() {
  if (values_) values_->erase_before(oldest().value_or(kNever));
}

void Samples::collect_values(const CellValues::Changed& changed, const CellValues::Gone& gone) {
  if (!values_) return;
  values_->collect(changed, gone);
  if (values_->is_stopped()) values_.reset();
}

void Samples::value_times(const CellValues::Gone& each) const {
  if (values_) values_->times(each);
}

bool Samples::restore_values(Instant t, std::string_view bytes) {
  const Cell* cell = find(t);
  if (cell == nullptr) return false;
  keep_values(true);
  return values_->restore(t, cell->totals, bytes);
}

}  // namespace tocsin
