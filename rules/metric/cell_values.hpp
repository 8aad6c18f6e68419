// SPDX-License-Identifier: Apache-2.0
// What the samples of a Samples' cells are, as far as extended statistics need it: a Distribution
// for each cell whose Totals do not say it, that is which holds several different values. A cell of
// one value has nothing here. A cell of several with nothing here is not known: it took samples
// before anybody asked for them, or holds a negative one.
//
// Distributions rest packed (two or three bytes a bucket instead of 16); the few that take samples
// just now are open.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/metric/distribution.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct Totals;

class CellValues {
 public:
  static constexpr std::size_t kOpenMax = 4;

  // Forgets all and takes nothing more until resume(); its rows go with the next collect().
  void stop();
  void resume() { stopped_ = false; }
  bool is_stopped() const { return stopped_; }

  // The cell at `t`, whose totals are still `before`, takes a sample.
  void add(Instant t, const Totals& before, double value);
  // The cell at `from` becomes part of that at `to`; both totals as they were.
  void merge(Instant from, const Totals& from_totals, Instant to, const Totals& to_totals);
  void erase_before(Instant t);

  // Adds what the cell holds to `out`, which becomes unavailable if that is not known.
  void read(Instant t, const Totals& totals, Distribution& out) const;
  bool has(Instant t) const { return cells_.count(t) != 0; }
  // Memory, roughly.
  std::size_t bytes() const { return bytes_; }

  // State rows, one for each cell here, by its time. As Samples has them for chunks.
  using Changed = std::function<void(Instant t, std::string bytes)>;
  using Gone = std::function<void(Instant t)>;
  void collect(const Changed& changed, const Gone& gone);
  void times(const Gone& each) const;
  void rewrite();
  // false: damaged, or not a distribution of as many samples as the cell has.
  bool restore(Instant t, const Totals& totals, std::string_view bytes);

 private:
  struct Cell {
    std::string packed;  // unless open
    std::unique_ptr<Distribution> open;
    std::size_t bytes = 0;
    bool dirty = false;  // listed in dirty_
    bool stored = false;
  };
  using Map = std::map<Instant, Cell>;

  Distribution& open(Instant t, Cell& cell);
  void pack(Cell& cell);
  void touch(Instant t, Cell& cell);
  void count(Cell& cell);
  Map::iterator erase(Map::iterator at);

  Map cells_;
  std::vector<Instant> open_;  // least recently opened first
  std::vector<Instant> dirty_;
  std::vector<Instant> gone_;
  std::size_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace tocsin
