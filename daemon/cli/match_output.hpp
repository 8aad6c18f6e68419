// SPDX-License-Identifier: Apache-2.0
// How `tocsin match` prints what it found. Pure text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

struct MatchStyle {
  bool json = false;
  bool count = false;
  bool files_only = false;  // names of files with a match
  bool quiet = false;
  bool file_names = false;  // several inputs: each line begins with its path, as grep's does
  bool line_numbers = false;
  bool colour = false;
  bool escaped = false;  // control characters as \xNN: for terminals

  bool prints_events() const { return !count && !files_only && !quiet; }
};

struct FoundEvent {
  std::string_view file;
  std::uint64_t line = 0;  // from 1: of a line its number, of a record its number in the file
  std::string_view message;
  std::vector<std::pair<std::string, std::string>> extracted;
  std::vector<ast::Range> parts;  // what is shown in colour
};

// Appends one line (a message may hold line breaks of its own).
void append_event(const MatchStyle& style, const FoundEvent& event, std::string& out);
void append_file_name(const MatchStyle& style, std::string_view file, std::string& out);
void append_count(const MatchStyle& style, std::string_view file, std::uint64_t count,
                  std::string& out);

}  // namespace tocsin
