// SPDX-License-Identifier: Apache-2.0
// A line as syslog daemons and journald's export write it: time, host, program, text.
#pragma once
#include <string_view>

namespace tocsin {

// Views into the line. Empty host and program: it has no such head, and `text` is the whole line.
struct SyslogLine {
  std::string_view host;
  std::string_view program;  // without its [pid]
  std::string_view text;
};

// "Mar 14 12:41:02 web1 sshd[4242]: text", "2026-03-14T12:41:02.123+01:00 web1 sshd[4242]: text",
// each also behind "<34>".
SyslogLine split_syslog(std::string_view line);

}  // namespace tocsin
