// SPDX-License-Identifier: Apache-2.0
// Parts of a test that need a process of their own.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace tocsin {

// The exit code of `body` in a child; 128 + the signal that ended it.
inline int in_child(const std::function<int()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tocsin
