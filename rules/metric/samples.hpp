// SPDX-License-Identifier: Apache-2.0
// Samples in order of time as cells (time, count, sum, minimum, maximum), kept in chunks: a window
// is read without touching every cell, and one new sample makes one small row of state dirty. Used
// by the short form (a cell per millisecond) and by the series of metrics (a cell per minute).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/metric/cell_values.hpp"
#include "rules/metric/totals.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class Samples {
 public:
  void add(Instant t, double value);

  // Whether what the samples are is kept from now on, for extended statistics.
  void keep_values(bool keep);
  bool keeps_values() const { return values_ != nullptr; }
  // What the samples of after < time <= upto are; not available if some of them are not known.
  Distribution distribution(Instant after, Instant upto) const;
  // The same as single values, ascending: exact for each cell whose own distribution is.
  std::optional<std::vector<WeightedValue>> values(Instant after, Instant upto) const;

  // Over after < time <= upto. The same whatever the chunks are: sums are added cell by cell in
  // order of time unless they are whole numbers, where order cannot matter.
  Totals window(Instant after, Instant upto) const;
  // Of the window; a count or a sum of whole numbers looks at few of its cells.
  std::optional<double> statistic(Instant after, Instant upto, Statistic s) const;
  // The earliest time > t.
  std::optional<Instant> next_after(Instant t) const;
  // The latest time <= t.
  std::optional<Instant> last_at(Instant t) const;
  std::optional<Instant> oldest() const;
  std::optional<Instant> newest() const;
  bool empty() const { return chunks_.empty(); }
  // How many samples the window has.
  double count(Instant after, Instant upto) const;
  // How many samples of the window fulfil a condition `c` on their value that holds from some value
  // up, or from some value down; by chunks and cells where that is enough. Nothing: not known.
  struct Share {
    double count = 0, all = 0;
  };
  std::optional<Share> share(Instant after, Instant upto,
                             const std::function<bool(double)>& c) const;
  std::size_t size() const { return size_; }
  // Its memory in cells: what values take counts as cells too.
  std::size_t weight() const;

  // Forgets whole chunks that are not newer than `t`, but never the newest sample. Later reads
  // behind `t` may still see some.
  void forget_until(Instant t);
  // The watermark from which forget_until(watermark - keep) would do something.
  Instant forget_due(Duration keep) const;
  // Exactly those not newer than `t`.
  void erase_until(Instant t);
  void clear();

  // Makes room: cells whose neighbours are closer than `span` become one, at its newest time.
  void merge_closer_than(Duration span);
  // One cell fewer (if there are two): the two closest become one, at the newer time.
  void merge_closest();
  // Erases the oldest cells not newer than `t` as long as `keep` samples not newer than `t` remain.
  void keep_newest(double keep, Instant t);

  // State rows. A chunk has a number that is unique in this object; `changed(number, bytes)`,
  // `gone(number)`.
  using Changed = std::function<void(std::uint64_t number, std::string bytes)>;
  using Gone = std::function<void(std::uint64_t number)>;
  bool is_dirty() const;
  void collect(const Changed& changed, const Gone& gone);
  // Every number that has been stored, for a removal of the whole.
  void numbers(const Gone& each) const;
  // Whatever was stored is gone: everything is dirty.
  void rewrite();
  bool restore_chunk(std::uint64_t number, std::string_view bytes);
  // Those of values: one for each cell that needs it, after all chunks.
  void collect_values(const CellValues::Changed& changed, const CellValues::Gone& gone);
  void value_times(const CellValues::Gone& each) const;
  bool restore_values(Instant t, std::string_view bytes);

 private:
  struct Cell {
    Instant time;
    Totals totals;
  };
  struct Chunk {
    std::uint64_t number = 0;
    bool dirty = true;
    bool stored = false;
    std::vector<Cell> cells;  // never empty
    mutable bool fresh = false;
    mutable bool whole = false;  // sums are whole numbers, small enough to be added in any order
    mutable Totals totals;
    mutable std::unique_ptr<Distribution> merged;  // of all its cells, once somebody has asked
  };

  std::size_t chunk_for(Instant t) const;
  const Cell* find(Instant t) const;
  template <class Each>
  void each_cell(Instant after, Instant upto, const Each& each) const;
  void put(const Cell& cell);
  void insert(std::size_t chunk, const Cell& cell);
  static void insert_cell(std::vector<Cell>& cells, std::ptrdiff_t at, const Cell& cell);
  void split(std::size_t chunk);
  void erase_chunk(std::size_t chunk);
  std::vector<Cell> take_cells();
  void set_cells(const std::vector<Cell>& cells);
  void trim_values();
  static void refresh(const Chunk& chunk);
  // The first one whose time is later than `t`.
  static std::vector<Cell>::const_iterator first_behind(const Chunk& chunk, Instant t);
  static void add_cells(const Chunk& chunk, Instant after, Instant upto, Totals& out);
  static double part(const Chunk& chunk, Instant after, Instant upto, double Totals::*member);
  const Distribution& merged(const Chunk& chunk) const;

  std::vector<Chunk> chunks_;  // in order of time
  std::vector<std::uint64_t> gone_;
  std::unique_ptr<CellValues> values_;  // nothing: nobody needs them
  std::uint64_t next_number_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tocsin
