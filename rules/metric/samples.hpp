// SPDX-License-Identifier: Apache-2.0
// Samples in order of time as cells (time, count, sum, minimum, maximum), kept in chunks: a window
// is read without touching every cell, and one new sample makes one small row of state dirty. Used
// by the short form (a cell per millisecond) and by the series of metrics (a cell per minute).
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/statistic.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What a set of samples comes to. `count` is a whole number.
struct Totals {
  double count = 0;
  double sum = 0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();

  void add(double value);
  void add(const Totals& other);
  // Nothing for Average, Minimum and Maximum of no samples; SampleCount and Sum of none are 0.
  std::optional<double> statistic(Statistic s) const;
};

class Samples {
 public:
  void add(Instant t, double value);
  void add(Instant t, const Totals& totals);

  // Over after < time <= upto. The same whatever the chunks are: sums are added cell by cell in
  // order of time unless they are whole numbers, where order cannot matter.
  Totals window(Instant after, Instant upto) const;
  // The earliest time > t.
  std::optional<Instant> next_after(Instant t) const;
  // The latest time <= t.
  std::optional<Instant> last_at(Instant t) const;
  std::optional<Instant> oldest() const;
  std::optional<Instant> newest() const;
  bool empty() const { return chunks_.empty(); }
  std::size_t size() const { return size_; }

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
  };

  std::size_t chunk_for(Instant t) const;
  void insert(std::size_t chunk, const Cell& cell);
  void split(std::size_t chunk);
  void erase_chunk(std::size_t chunk);
  std::vector<Cell> take_cells();
  void set_cells(const std::vector<Cell>& cells);
  static void refresh(const Chunk& chunk);

  std::vector<Chunk> chunks_;  // in order of time
  std::vector<std::uint64_t> gone_;
  std::uint64_t next_number_ = 0;
  std::size_t size_ = 0;
};

}  // namespace tocsin
