// SPDX-License-Identifier: Apache-2.0
// How far `tocsin match` is, on one line of standard error that is written over.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tocsin {

// One thread at a time. Shows nothing unless standard error is a terminal and standard output is
// none, and not before the first second is over.
class MatchProgress {
 public:
  explicit MatchProgress(std::size_t files);
  ~MatchProgress() { clear(); }
  MatchProgress(const MatchProgress&) = delete;
  MatchProgress& operator=(const MatchProgress&) = delete;

  void add(std::uint64_t bytes, std::uint64_t found);  // inflated
  void end_file() { ++files_done_; }
  // Before anything else is written to standard error.
  void clear();

 private:
  bool shows_;
  bool is_shown_ = false;
  std::size_t files_, files_done_ = 0;
  std::uint64_t bytes_ = 0, found_ = 0;
  std::chrono::steady_clock::time_point due_;
};

}  // namespace tocsin
