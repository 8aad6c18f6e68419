// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/start_search.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "daemon/inputs/file_position.hpp"

namespace tocsin {
namespace {

// Long enough that a line with a time stands in it.
constexpr std::size_t kProbeBytes = 64 << 10;

struct DatedLine {
  std::uint64_t offset = 0;
  Instant time = kNoTime;
};

// The first line whose time is `least` or later, of those that begin after `offset` (at it, if it
// is the file's beginning) and within the probe.
std::optional<DatedLine> dated_line(int file, std::uint64_t offset, const EventTime& event_time,
                                    Instant modified, Instant least) {
  const std::string probe = read_at(file, offset, kProbeBytes);
  const std::string_view text = probe;
  std::size_t begin = 0;
  if (offset > 0) begin = std::min(text.find('\n'), text.size()) + 1;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const Instant time = event_time.find(text.substr(begin, end - begin), modified);
    if (time != kNoTime && time >= least) return DatedLine{offset + begin, time};
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t last_line_begin(int file, std::uint64_t size, std::size_t line_bytes_max) {
  const std::uint64_t looked_back = std::min<std::uint64_t>(size, line_bytes_max);
  const std::string end = read_at(file, size - looked_back, looked_back);
  const std::size_t last_break = end.rfind('\n');
  if (last_break != std::string::npos) return size - looked_back + last_break + 1;
  return looked_back == size ? 0 : size;
}

std::uint64_t first_line_since(int file, std::uint64_t size, const EventTime& event_time,
                               Instant since, Instant modified) {
  const auto first = dated_line(file, 0, event_time, modified, kNoTime);
  if (!first || first->time >= since) return 0;
  // The line at `low` is too old; that after `high` is not, as far as is known.
  std::uint64_t low = first->offset, high = size;
  while (high - low > kProbeBytes / 2) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto line = dated_line(file, middle, event_time, modified, kNoTime);
    (line && line->time < since ? low : high) = middle;
  }
  for (; low < size; low += kProbeBytes / 2)
    if (const auto line = dated_line(file, low, event_time, modified, since)) return line->offset;
  return last_line_begin(file, size, kProbeBytes);
}

}  // namespace tocsin
