// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/match_progress.hpp"

#include <cstdio>
#include <string>

#include "daemon/cli/terminal.hpp"

namespace tocsin {
namespace {

constexpr auto kFirst = std::chrono::seconds{1};
constexpr auto kEvery = std::chrono::milliseconds{200};

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

MatchProgress::MatchProgress(std::size_t files)
    : shows_(is_terminal(Stream::standard_error) && !is_terminal(Stream::standard_output)),
      files_(files),
      due_(std::chrono::steady_clock::now() + kFirst) {}

void MatchProgress::add(std::uint64_t bytes, std::uint64_t found) {
  bytes_ += bytes;
  found_ += found;
  if (!shows_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < due_) return;
  due_ = now + kEvery;
  is_shown_ = true;
  say("\r\x1b[K" + std::to_string(files_done_) + " of " + std::to_string(files_) + " files, " +
      std::to_string(bytes_ >> 20) + " MiB, " + std::to_string(found_) + " found");
}

void MatchProgress::clear() {
  if (is_shown_) say("\r\x1b[K");
  is_shown_ = false;
}

}  // namespace tocsin
