// SPDX-License-Identifier: Apache-2.0
// The samples of one period as far as extended statistics need them, in bounded memory. What it
// holds depends on the samples only, never on their order or on how parts of them were merged.
//
// Up to 256 different values are kept as they are. From the 257th on each value is known by its
// bucket: a power of two is cut into 64 equal parts, which is the upper 6 bits of a double's
// mantissa. A sample then counts as the harmonic middle of its bucket's ends, which is within
// error_bound() = 1/129 (0.78 %) of it: for ends a < b every x in [a, b] is within (b-a)/(b+a) of
// 2ab/(a+b), and that is largest where a is a power of two and b = a * (1 + 1/64). More than 2,048
// buckets in use, which takes values over more than 32 powers of two (9.6 decades), are halved
// in number: two neighbours become one, the bound about doubles (1/65, 1/33 ...). It ends with one
// bucket for each power of two (1/3), of which a double has fewer than 2,048. The smallest and the
// largest sample are always exact.
//
// So every extended statistic is exact for samples each moved by at most the bound, order kept.
// Percentiles, trimmed and winsorised means and sums between percentiles are therefore within the
// bound, relative; counts between values are those of bounds moved by it.
// docs/decisions/0009 says why not another sketch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct Totals;

// `count` samples of one value.
struct WeightedValue {
  double value = 0;
  std::uint64_t count = 0;
};

class Distribution {
 public:
  static constexpr std::size_t kExactValuesMax = 256;
  static constexpr std::size_t kBucketsMax = 2048;

  // `value` is finite.
  void add(double value, std::uint64_t count = 1);
  // A statistic set. One of several values says too little: the distribution becomes unavailable.
  void add(const Totals& set);
  void merge(const Distribution& other);

  // False once a negative sample, or a set of several values, was added: CloudWatch has no extended
  // statistics then.
  bool is_available() const { return available_; }
  bool is_exact() const { return !sketched_; }
  // 0 as long as it is exact.
  double error_bound() const;
  // Memory, roughly.
  std::size_t bytes() const { return sizeof *this + cells_.capacity() * sizeof(Cell); }
  // What it holds, values ascending; nothing if it is not available.
  std::vector<WeightedValue> values() const;

  // A row of state (rules/engine/row_codec.hpp). A damaged one is refused and changes nothing.
  std::string encode() const;
  bool decode(std::string_view bytes);

  bool operator==(const Distribution&) const = default;

 private:
  struct Cell {
    std::uint64_t key = 0;  // the bits of the value, shifted down by `shift_`
    std::uint64_t count = 0;
    bool operator==(const Cell&) const = default;
  };

  void insert(std::uint64_t key, std::uint64_t count);
  void make_room();
  void coarsen(unsigned shift);
  void make_unavailable();
  double value_of(std::uint64_t key) const;
  bool is_sound() const;

  bool available_ = true;
  bool sketched_ = false;
  unsigned shift_ = 0;       // of a sketch: 46 to 52
  std::vector<Cell> cells_;  // by key, each once
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

}  // namespace tocsin
