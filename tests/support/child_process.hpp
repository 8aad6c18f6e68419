// SPDX-License-Identifier: Apache-2.0
// A child process for tests of real parts: started with pipes, ended with the object.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace tocsin::test {

class ChildProcess {
 public:
  // Starts `command` (a path or a name on $PATH, and its arguments) and reads the first line that
  // it prints. A child that does not start prints nothing: first_line() is empty.
  explicit ChildProcess(const std::vector<std::string>& command);
  // Closes the child's standard input, which our test servers take as the end, and kills it if that
  // does not help.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  const std::string& first_line() const { return first_line_; }
  pid_t pid() const { return pid_; }
  void kill(int signal) const;
  // Waits for the end; the exit status, or 128 + the signal that ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
  std::string first_line_;
};

// Runs `command` to its end; its exit status.
int run(const std::vector<std::string>& command);

}  // namespace tocsin::test
