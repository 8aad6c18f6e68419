// SPDX-License-Identifier: Apache-2.0
// The log: one line an event on stderr, through spdlog's default logger. Under systemd each line
// begins with its priority ("<4>"), else with time and level for people. What a line carries from
// outside cannot break it: control characters are escaped.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

enum class LogStyle { journal, human };

// journal if stderr is the stream that $JOURNAL_STREAM names, else human.
LogStyle detect_log_style();

// Call once, before the first line. `verbose` adds the lines of level debug.
void set_up_log(LogStyle style, bool verbose);

// Control characters as \n, \t, \x1b.
std::string escape_for_log(std::string_view text);

}  // namespace tocsin
