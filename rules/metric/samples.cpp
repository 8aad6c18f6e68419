// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/samples.hpp"

#include <algorithm>
#include <cmath>

#include "rules/engine/row_codec.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kChunkCells = 128;
constexpr double kExactSum = 4503599627370496.0;  // 2^52

// Sums of such numbers are the same in any order.
bool is_whole(const Totals& totals) {
  return totals.rest == 0 && std::trunc(totals.sum) == totals.sum &&
         std::fabs(totals.sum) < kExactSum / kChunkCells;
}

}  // namespace

// The chunk that holds `t` or that it belongs into: the last one that begins at or before it.
std::size_t Samples::chunk_for(Instant t) const {
  if (chunks_.size() <= 1) return 0;
  if (t >= chunks_.back().cells.front().time) return chunks_.size() - 1;
  const auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), t,
                       [](Instant a, const Chunk& c) { return a < c.cells.front().time; });
  const auto index = static_cast<std::size_t>(after - chunks_.begin());
  return index == 0 ? 0 : index - 1;
}

void Samples::add(Instant t, double value) {
  if (values_) {
    const Cell* known = find(t);
    values_->add(t, known != nullptr ? known->totals : Totals{}, value);
  }
  put({t, Totals{1, value, value, value}});
}

const Samples::Cell* Samples::find(Instant t) const {
  if (chunks_.empty()) return nullptr;
  const auto& cells = chunks_[chunk_for(t)].cells;
  const auto at = std::lower_bound(cells.begin(), cells.end(), t,
                                   [](const Cell& c, Instant a) { return c.time < a; });
  return at != cells.end() && at->time == t ? &*at : nullptr;
}

void Samples::put(const Cell& cell) {
  if (chunks_.empty()) {
    Chunk first;
    first.number = next_number_++;
    chunks_.push_back(std::move(first));
  }
  insert(chunk_for(cell.time), cell);
}

// Grows by a fourth: what doubled would lie half empty in each of many series.
void Samples::insert_cell(std::vector<Cell>& cells, std::ptrdiff_t at, const Cell& cell) {
  constexpr std::size_t kLeast = 4;
  if (cells.size() == cells.capacity())
    cells.reserve(cells.size() + std::max(kLeast, cells.size() / 4));
  cells.insert(cells.begin() + at, cell);
}

void Samples::insert(std::size_t index, const Cell& cell) {
  Chunk& chunk = chunks_[index];
  auto at = std::lower_bound(chunk.cells.begin(), chunk.cells.end(), cell.time,
                             [](const Cell& c, Instant t) { return c.time < t; });
  const bool known = at != chunk.cells.end() && at->time == cell.time;
  size_ += known ? 0 : 1;
  const bool full = chunk.cells.size() >= kChunkCells;
  if (full && at == chunk.cells.end() && index + 1 == chunks_.size()) {
    // Appending, the usual case: the full chunk stays as it is stored.
    Chunk next;
    next.number = next_number_++;
    next.cells.push_back(cell);
    chunks_.push_back(std::move(next));
    return;
  }
  chunk.dirty = true;
  // At the end it is added to the sums as refresh() would.
  const bool appended = at == chunk.cells.end();
  chunk.fresh = chunk.fresh && appended;
  if (chunk.fresh) {
    chunk.merged.reset();
    chunk.totals.add(cell.totals);
    chunk.whole = chunk.whole && is_whole(cell.totals);
  }
  if (known)
    at->totals.add(cell.totals);
  else
    insert_cell(chunk.cells, at - chunk.cells.begin(), cell);
  if (chunk.cells.size() > kChunkCells) split(index);
}

void Samples::split(std::size_t index) {
  Chunk right;
  right.number = next_number_++;
  std::vector<Cell>& left = chunks_[index].cells;
  const auto middle = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
  right.cells.assign(middle, left.end());
  left.erase(middle, left.end());
  chunks_[index].fresh = false;
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(right));
}

void Samples::refresh(const Chunk& chunk) {
  if (chunk.fresh) return;
  chunk.merged.reset();
  chunk.totals = {};
  chunk.whole = true;
  for (const Cell& c : chunk.cells) {
    chunk.totals.add(c.totals);
    chunk.whole = chunk.whole && is_whole(c.totals);
  }
  chunk.fresh = true;
}

Totals Samples::window(Instant after, Instant upto) const {
  Totals out;
  if (chunks_.empty() || upto <= after) return out;
  const std::size_t first = chunk_for(after);
  const std::size_t last = chunk_for(upto);
  bool whole = true;
  for (std::size_t i = first; i <= last; ++i) {
    refresh(chunks_[i]);
    whole = whole && chunks_[i].whole;
  }
  for (std::size_t i = first; i <= last; ++i) {
    const Chunk& chunk = chunks_[i];
    const bool inside = chunk.cells.front().time > after && chunk.cells.back().time <= upto;
    if (inside && whole) {
      out.add(chunk.totals);
      continue;
    }
    add_cells(chunk, after, upto, out);
  }
  return out;
}

std::vector<Samples::Cell>::const_iterator Samples::first_behind(const Chunk& chunk, Instant t) {
  return std::upper_bound(chunk.cells.begin(), chunk.cells.end(), t,
                          [](Instant a, const Cell& c) { return a < c.time; });
}

// Of numbers whose sums are the same in any order. What is outside is taken off where that is less.
double Samples::part(const Chunk& chunk, Instant after, Instant upto, double Totals::*member) {
  const auto all_begin = chunk.cells.begin(), all_end = chunk.cells.end();
  const auto begin = chunk.cells.front().time > after ? all_begin : first_behind(chunk, after);
  const auto end = chunk.cells.back().time <= upto ? all_end : first_behind(chunk, upto);
  const auto sum = [&](auto from, auto to) {
    double out = 0;
    for (auto at = from; at != to; ++at) out += at->totals.*member;
    return out;
  };
  if (begin == all_begin && end == all_end) return chunk.totals.*member;
  if (end - begin <= (begin - all_begin) + (all_end - end)) return sum(begin, end);
  return chunk.totals.*member - sum(all_begin, begin) - sum(end, all_end);
}

double Samples::count(Instant after, Instant upto) const {
  double out = 0;
  if (chunks_.empty() || upto <= after) return out;
  for (std::size_t i = chunk_for(after), last = chunk_for(upto); i <= last; ++i) {
    refresh(chunks_[i]);
    out += part(chunks_[i], after, upto, &Totals::count);
  }
  return out;
}

std::optional<double> Samples::statistic(Instant after, Instant upto, Statistic s) const {
  if (s == Statistic::sample_count) return count(after, upto);
  if (s != Statistic::sum || chunks_.empty() || upto <= after)
    return window(after, upto).statistic(s);
  Totals out;
  for (std::size_t i = chunk_for(after), last = chunk_for(upto); i <= last; ++i) {
    refresh(chunks_[i]);
    if (!chunks_[i].whole) return window(after, upto).statistic(s);
    out.add(Totals{0, part(chunks_[i], after, upto, &Totals::sum), 0, 0});
  }
  return out.sum;
}

void Samples::add_cells(const Chunk& chunk, Instant after, Instant upto, Totals& out) {
  for (auto at = first_behind(chunk, after); at != chunk.cells.end() && at->time <= upto; ++at)
    out.add(at->totals);
}

std::optional<Instant> Samples::next_after(Instant t) const {
  if (chunks_.empty() || chunks_.back().cells.back().time <= t) return std::nullopt;
  for (std::size_t i = chunk_for(t); i < chunks_.size(); ++i) {
    const auto at = first_behind(chunks_[i], t);
    if (at != chunks_[i].cells.end()) return at->time;
  }
  return std::nullopt;
}

std::optional<Instant> Samples::last_at(Instant t) const {
  if (chunks_.empty()) return std::nullopt;
  const Chunk& chunk = chunks_[chunk_for(t)];
  const auto at = first_behind(chunk, t);
  if (at == chunk.cells.begin()) return std::nullopt;
  return std::prev(at)->time;
}

std::optional<Instant> Samples::oldest() const {
  return empty() ? std::optional<Instant>() : chunks_.front().cells.front().time;
}

std::optional<Instant> Samples::newest() const {
  return empty() ? std::optional<Instant>() : chunks_.back().cells.back().time;
}

void Samples::erase_chunk(std::size_t index) {
  if (chunks_[index].stored) gone_.push_back(chunks_[index].number);
  size_ -= chunks_[index].cells.size();
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Samples::forget_until(Instant t) {
  while (chunks_.size() > 1 && chunks_.front().cells.back().time <= t) erase_chunk(0);
  if (chunks_.size() == 1 && chunks_.front().cells.size() > 1 &&
      chunks_.front().cells.back().time <= t) {
    Chunk& last = chunks_.front();
    size_ = 1;
    last.cells.erase(last.cells.begin(), std::prev(last.cells.end()));
    last.dirty = true;
    last.fresh = false;
  }
  trim_values();
}

Instant Samples::forget_due(Duration keep) const {
  if (empty() || size_ == 1) return kNever;
  return chunks_.front().cells.back().time + keep;
}

void Samples::erase_until(Instant t) {
  while (!chunks_.empty() && chunks_.front().cells.back().time <= t) erase_chunk(0);
  trim_values();
  if (chunks_.empty() || chunks_.front().cells.front().time > t) return;
  Chunk& first = chunks_.front();
  const auto keep = first_behind(first, t);
  size_ -= static_cast<std::size_t>(keep - first.cells.cbegin());
  first.cells.erase(first.cells.begin(), keep);
  first.dirty = true;
  first.fresh = false;
  trim_values();
}

void Samples::clear() {
  while (!chunks_.empty()) erase_chunk(chunks_.size() - 1);
  trim_values();
}

std::vector<Samples::Cell> Samples::take_cells() {
  std::vector<Cell> cells;
  cells.reserve(size_);
  for (const Chunk& c : chunks_) cells.insert(cells.end(), c.cells.begin(), c.cells.end());
  while (!chunks_.empty()) erase_chunk(chunks_.size() - 1);
  return cells;
}

void Samples::set_cells(const std::vector<Cell>& cells) {
  for (const Cell& c : cells) put(c);
}

void Samples::merge_closer_than(Duration span) {
  std::vector<Cell> merged;
  Instant group_start = kNoTime;
  for (const Cell& c : take_cells()) {
    if (!merged.empty() && c.time - group_start < span) {
      Cell& group = merged.back();
      if (values_) values_->merge(group.time, group.totals, c.time, c.totals);
      group.totals.add(c.totals);
      group.time = c.time;
    } else {
      group_start = c.time;
      merged.push_back(c);
    }
  }
  set_cells(merged);
}

void Samples::merge_closest() {
  Duration least = Duration::max();
  std::size_t at_chunk = 0, at_cell = 0;
  const Cell* before = nullptr;
  for (std::size_t i = 0; i < chunks_.size(); ++i)
    for (std::size_t j = 0; j < chunks_[i].cells.size(); ++j) {
      const Cell& c = chunks_[i].cells[j];
      if (before != nullptr && c.time - before->time < least) {
        least = c.time - before->time;
        at_chunk = i;
        at_cell = j;
      }
      before = &c;
    }
  if (least == Duration::max()) return;
  Cell& newer = chunks_[at_chunk].cells[at_cell];
  const bool same_chunk = at_cell > 0;
  Chunk& older_chunk = chunks_[same_chunk ? at_chunk : at_chunk - 1];
  const auto older =
      older_chunk.cells.begin() +
      static_cast<std::ptrdiff_t>(same_chunk ? at_cell - 1 : older_chunk.cells.size() - 1);
  if (values_) values_->merge(older->time, older->totals, newer.time, newer.totals);
  newer.totals.add(older->totals);
  chunks_[at_chunk].dirty = older_chunk.dirty = true;
  chunks_[at_chunk].fresh = older_chunk.fresh = false;
  older_chunk.cells.erase(older);
  --size_;
  if (older_chunk.cells.empty()) erase_chunk(at_chunk - 1);
}

void Samples::keep_newest(double keep, Instant t) {
  const Totals behind = window(kNoTime, t);
  double spare = behind.count - keep;
  Instant until = kNoTime;
  for (const Chunk& chunk : chunks_)
    for (const Cell& c : chunk.cells) {
      spare -= c.totals.count;
      if (c.time > t || spare < 0) return erase_until(until);
      until = c.time;
    }
  erase_until(until);
}

bool Samples::is_dirty() const {
  return !gone_.empty() ||
         std::any_of(chunks_.begin(), chunks_.end(), [](const Chunk& c) { return c.dirty; });
}

void Samples::collect(const Changed& changed, const Gone& gone) {
  for (const std::uint64_t number : gone_) gone(number);
  gone_.clear();
  for (Chunk& chunk : chunks_) {
    if (!chunk.dirty) continue;
    RowWriter out;
    out.number(chunk.cells.size());
    Instant before{};
    for (const Cell& c : chunk.cells) {
      out.integer((c.time - before).count());
      before = c.time;
      write_totals(out, c.totals);
    }
    changed(chunk.number, out.take());
    chunk.dirty = false;
    chunk.stored = true;
  }
}

void Samples::numbers(const Gone& each) const {
  for (const std::uint64_t number : gone_) each(number);
  for (const Chunk& c : chunks_)
    if (c.stored) each(c.number);
}

void Samples::rewrite() {
  if (values_) values_->rewrite();
  gone_.clear();
  for (Chunk& chunk : chunks_) {
    chunk.dirty = true;
    chunk.stored = false;
  }
}

bool Samples::restore_chunk(std::uint64_t number, std::string_view bytes) {
  RowReader in(bytes);
  Chunk chunk;
  chunk.number = number;
  chunk.dirty = false;
  chunk.stored = true;
  chunk.cells.resize(in.count(2));
  Instant before{};
  for (Cell& c : chunk.cells) {
    c.time = before + Duration{in.integer()};
    before = c.time;
    c.totals = read_totals(in);
  }
  if (!in.ok() || chunk.cells.empty()) return false;
  size_ += chunk.cells.size();
  next_number_ = std::max(next_number_, number + 1);
  const auto at =
      std::upper_bound(chunks_.begin(), chunks_.end(), chunk.cells.front().time,
                       [](Instant t, const Chunk& c) { return t < c.cells.front().time; });
  chunks_.insert(at, std::move(chunk));
  return true;
}

}  // namespace tocsin
