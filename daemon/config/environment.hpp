// SPDX-License-Identifier: Apache-2.0
// What configuration takes from the process and the machine, as values: a test passes its own.
#pragma once
#include <string>
#include <vector>

namespace tocsin {

struct Environment {
  std::string credentials_directory;  // $CREDENTIALS_DIRECTORY; empty: none
  std::string credentials_fallback = "/etc/tocsin/credentials";
  std::string state_directory = "/var/lib/tocsin";  // $STATE_DIRECTORY
  std::string host_name;
  // Where packs are looked for, in this order: $TOCSIN_PACKS alone if it is set; else the source
  // tree of the running program if it was not installed, then beside the program (../share), then
  // where packs are installed.
  std::vector<std::string> pack_directories;

  static Environment of_process();
};

}  // namespace tocsin
