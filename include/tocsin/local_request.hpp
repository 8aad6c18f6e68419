// SPDX-License-Identifier: Apache-2.0
// What a channel asks of this host: a command to be run, an entry of the journal.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "tocsin/secret.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A program, run without a shell in a process group of its own, in the folder /, with nothing open
// but its standard input and output. Everybody can read `command`, so no secret stands there.
struct ExecRequest {
  std::vector<std::string> command;                         // an absolute path, and arguments
  std::vector<std::pair<std::string, Secret>> environment;  // all that it gets
  std::string input;                                        // on its standard input
  Duration timeout{seconds{15}};  // then it is killed with all of its group
};

// One entry: fields in order, their names of A-Z, 0-9 and _, beginning with a letter.
struct JournalRequest {
  std::vector<std::pair<std::string, std::string>> fields;
};

}  // namespace tocsin
