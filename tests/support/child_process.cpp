// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern char** environ;

namespace tocsin::test {
namespace {

constexpr int kEndTimeoutMs = 3000;
constexpr int kStartTimeoutMs = 20'000;

bool wait_readable(int fd, int timeout_ms) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, timeout_ms) > 0;
}

std::string read_line(int fd) {
  std::string line;
  for (char c = 0; wait_readable(fd, kStartTimeoutMs) && read(fd, &c, 1) == 1 && c != '\n';)
    line += c;
  return line;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<char*> arguments;
  for (const std::string& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  if (posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0)
    pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  stdin_ = in[1];
  stdout_ = out[0];
  first_line_ = read_line(stdout_);
}

ChildProcess::~ChildProcess() {
  close(stdin_);
  if (pid_ > 0) {
    // The end of its output is the end of the child, or near enough.
    char rest[256];
    bool ended = false;
    while (!ended && wait_readable(stdout_, kEndTimeoutMs))
      ended = read(stdout_, rest, sizeof rest) <= 0;
    if (!ended) kill(SIGKILL);
    wait();
  }
  close(stdout_);
}

void ChildProcess::kill(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

int ChildProcess::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run(const std::vector<std::string>& command) { return ChildProcess(command).wait(); }

}  // namespace tocsin::test
