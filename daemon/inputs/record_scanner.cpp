// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/record_scanner.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kWordMax = 16;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void RecordScanner::scan(std::string_view chunk, std::vector<Record>& out) {
  if (offset_ == 0 && chunk.substr(0, 3) == "\xEF\xBB\xBF") {
    chunk.remove_prefix(3);
    offset_ = 3;
  }
  while (!chunk.empty() && verdict_ != Verdict::lines) {
    const std::size_t used = step(chunk, out);
    chunk.remove_prefix(used);
    offset_ += used;
  }
}

std::uint64_t RecordScanner::keep_from() const {
  const bool is_held =
      place_ == Place::record || (verdict_ == Verdict::undecided && place_ != Place::top);
  return is_held ? begin_ : offset_;
}

// Uses at least one byte of `rest`.
std::size_t RecordScanner::step(std::string_view rest, std::vector<Record>& out) {
  const char c = rest.front();
  switch (place_) {
    case Place::top:
      step_top(c);
      return 1;
    case Place::header:
      step_header(c, out);
      return 1;
    case Place::array:
      step_array(c);
      return 1;
    case Place::skipped_scalar:
      step_skipped_scalar(c);
      return 1;
    case Place::skipped_string:
      nesting_.step(c);
      if (!nesting_.in_string) place_ = Place::array;
      return 1;
    case Place::skipped_nest:
    case Place::record: {
      const std::size_t used = nesting_.close(rest);
      if (nesting_.depth == 0) {
        if (place_ == Place::record) out.push_back({begin_, offset_ + used, index_++});
        place_ = are_bare_objects_ ? Place::top : Place::array;
      }
      return used;
    }
    case Place::failed:
      return rest.size();
  }
  return rest.size();
}

void RecordScanner::begin_nest(Place place) {
  place_ = place;
  nesting_ = {.depth = 1};
  begin_ = offset_;
}

void RecordScanner::step_top(char c) {
  if (is_space(c)) return;
  if (c == '{') {
    begin_nest(are_bare_objects_ ? Place::record : Place::header);
    is_records_value_ = has_records_ = false;
    return;
  }
  if (verdict_ == Verdict::undecided) {
    verdict_ = Verdict::lines;
    return;
  }
  ++broken_;
  place_ = Place::failed;
}

void RecordScanner::step_header(char c, std::vector<Record>& out) {
  const bool was_in_string = nesting_.in_string;
  const bool is_structure = nesting_.step(c);
  if (c == '\n') {
    spans_lines_ = true;
    // No JSON string holds a line break: the first line is broken, the others may not be.
    if (was_in_string && verdict_ == Verdict::undecided) verdict_ = Verdict::lines;
  }
  if (!is_structure) {
    if (nesting_.depth != 1) return;
    if (!was_in_string) {
      word_.clear();
      is_records_value_ = false;
    } else if (nesting_.in_string && word_.size() < kWordMax) {
      word_ += c;
    }
    return;
  }
  if (nesting_.depth == 0) return end_object(out);
  if (c == '[' && nesting_.depth == 2 && is_records_value_) {
    verdict_ = Verdict::records;
    has_records_ = true;
    place_ = Place::array;
  }
  if (!is_space(c)) is_records_value_ = c == ':' && nesting_.depth == 1 && word_ == "Records";
}

void RecordScanner::end_object(std::vector<Record>& out) {
  place_ = Place::top;
  if (has_records_) return;
  if (verdict_ == Verdict::records) {
    ++broken_;
    return;
  }
  if (!spans_lines_) {
    verdict_ = Verdict::lines;
    return;
  }
  verdict_ = Verdict::records;
  are_bare_objects_ = true;
  out.push_back({begin_, offset_ + 1, index_++});
}

void RecordScanner::step_array(char c) {
  if (is_space(c) || c == ',') return;
  if (c == ']') {
    place_ = Place::header;
    nesting_ = {.depth = 1};
  } else if (c == '{') {
    begin_nest(Place::record);
  } else if (c == '[') {
    skip_element(Place::skipped_nest);
  } else if (c == '"') {
    skip_element(Place::skipped_string);
    nesting_.in_string = true;
  } else {
    skip_element(Place::skipped_scalar);
  }
}

void RecordScanner::skip_element(Place place) {
  begin_nest(place);
  ++broken_;
  ++index_;
}

void RecordScanner::step_skipped_scalar(char c) {
  if (c == '}') {
    place_ = Place::failed;
    return;
  }
  if (!is_space(c) && c != ',' && c != ']') return;
  place_ = Place::array;
  step_array(c);
}

}  // namespace tocsin
