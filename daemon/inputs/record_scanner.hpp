// SPDX-License-Identifier: Apache-2.0
// Slices the records out of {"Records":[...]} as the bytes pass, holding none of them: a file of
// any size needs the memory of one record. Knows strings, escapes and nesting, not the rest of
// JSON: who matches a record checks it strictly.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inputs/json_nesting.hpp"

namespace tocsin {

class RecordScanner {
 public:
  // Of a whole file, by its first object: `lines` means that each line is a record and the file is
  // to be read so from its beginning; `records` covers {"Records":[...]}, several of them, and
  // objects that span lines.
  enum class Verdict { undecided, records, lines };
  struct Record {
    std::uint64_t begin = 0, end = 0;  // offsets in the file
    std::uint64_t index = 0;
  };

  // The next bytes of the file. Appends the records that end in them.
  void scan(std::string_view chunk, std::vector<Record>& out);
  Verdict verdict() const { return verdict_; }
  // From where the caller must keep the bytes: the begin of a record not ended, or of an undecided
  // file.
  std::uint64_t keep_from() const;
  std::uint64_t scanned() const { return offset_; }
  // No bracket is open: the file may end here.
  bool is_complete() const { return place_ == Place::top; }
  // It is not what it should be and is not read further.
  bool has_failed() const { return place_ == Place::failed; }
  std::uint64_t broken() const {
    return broken_;
  }  // elements that are no objects, objects without Records

 private:
  enum class Place {
    top,
    header,
    array,
    record,
    skipped_nest,
    skipped_string,
    skipped_scalar,
    failed
  };

  std::size_t step(std::string_view rest, std::vector<Record>& out);
  void step_top(char c);
  void step_header(char c, std::vector<Record>& out);
  void step_array(char c);
  void step_skipped_scalar(char c);
  void end_object(std::vector<Record>& out);
  void begin_nest(Place place);
  void skip_element(Place place);

  Verdict verdict_ = Verdict::undecided;
  Place place_ = Place::top;
  JsonNesting nesting_;
  std::uint64_t offset_ = 0, begin_ = 0, index_ = 0, broken_ = 0;
  std::string word_;  // the last string at the object's own level, its first bytes
  bool is_records_value_ = false, has_records_ = false, spans_lines_ = false,
       are_bare_objects_ = false;
};

}  // namespace tocsin
