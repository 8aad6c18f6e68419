// SPDX-License-Identifier: Apache-2.0
#include "notifiers/running_command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace tocsin {
namespace {

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{"no-pipe", std::strerror(errno)};
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void set_nonblocking(const FileDescriptor& fd) { fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

// What posix_spawn wants, with its ends.
class SpawnPlan {
 public:
  SpawnPlan(const Pipe& input, const Pipe& output) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.read.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    // What this process ignores a command would ignore as well.
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// Not by glibc's function: 2.36 declares it for C alone.
FileDescriptor open_process(pid_t pid) {
  return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment_of(const ExecRequest& request) {
  std::vector<std::string> list;
  for (const auto& [name, value] : request.environment) list.push_back(name + "=" + value.reveal());
  return list;
}

}  // namespace

Result<RunningCommand> RunningCommand::begin(ExecRequest request) {
  TOCSIN_ASSERT(!request.command.empty());
  Result<Pipe> input = make_pipe();
  if (!input) return input.error();
  Result<Pipe> output = make_pipe();
  if (!output) return output.error();
  std::vector<std::string> environment = environment_of(request);
  const SpawnPlan plan(*input, *output);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, request.command.front().c_str(), &plan.actions, &plan.attributes,
                  pointers(request.command).data(), pointers(environment).data());
  if (error != 0) return Error{"not-begun", std::string("cannot be run: ") + std::strerror(error)};
  RunningCommand command;
  command.pid_ = pid;
  command.process_ = open_process(pid);
  command.input_ = std::move(input->write);
  command.output_ = std::move(output->read);
  command.unwritten_ = std::move(request.input);
  command.deadline_ = Clock::now() + request.timeout;
  set_nonblocking(command.input_);
  set_nonblocking(command.output_);
  if (!command.process_) return Error{"not-watched", "this kernel has no pidfd_open"};
  return command;
}

RunningCommand::RunningCommand(RunningCommand&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      process_(std::move(other.process_)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      unwritten_(std::move(other.unwritten_)),
      written_(std::move(other.written_)),
      deadline_(other.deadline_) {}

RunningCommand::~RunningCommand() {
  if (pid_ < 0) return;
  kill_group();
  // A process that the kernel holds cannot be waited for; init takes it over when we end.
  pollfd ended{process_.get(), POLLIN, 0};
  if (!process_ || poll(&ended, 1, 1000) == 1) waitpid(pid_, nullptr, 0);
}

void RunningCommand::watch(std::vector<pollfd>& into) const {
  into.push_back({process_.get(), POLLIN, 0});
  if (output_) into.push_back({output_.get(), POLLIN, 0});
  if (input_) into.push_back({input_.get(), POLLOUT, 0});
}

Duration RunningCommand::time_left() const {
  return std::chrono::ceil<Duration>(deadline_ - Clock::now());
}

std::optional<Response> RunningCommand::advance() {
  write_input();
  read_output();
  if (has_ended()) return reap();
  if (time_left() > Duration{0}) return std::nullopt;
  kill_group();
  return Response{.failure = Response::Failure::timeout, .body = std::move(written_)};
}

void RunningCommand::write_input() {
  while (input_ && !unwritten_.empty()) {
    const ssize_t n = write(input_.get(), unwritten_.data(), unwritten_.size());
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0 && errno == EINTR) continue;
    // It need not read its input; its end says what became of the message.
    if (n < 0) break;
    unwritten_.erase(0, static_cast<std::size_t>(n));
  }
  input_ = FileDescriptor();
}

void RunningCommand::read_output() {
  char buffer[kOutputMax];
  // One that writes without end must not keep the others waiting; a pipe holds no more than this.
  for (int turn = 0; output_ && turn < 16; ++turn) {
    const ssize_t n = read(output_.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      output_ = FileDescriptor();
      return;
    }
    written_.append(buffer, static_cast<std::size_t>(n));
    if (written_.size() > kOutputMax) written_.erase(0, written_.size() - kOutputMax);
  }
}

bool RunningCommand::has_ended() const {
  pollfd ended{process_.get(), POLLIN, 0};
  return poll(&ended, 1, 0) == 1;
}

Response RunningCommand::reap() {
  // Before it is reaped: until then its number, and that of its group, is nobody else's.
  kill_group();
  read_output();
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFSIGNALED(status))
    return {.failure = Response::Failure::other,
            .body = std::move(written_),
            .detail = "ended by signal " + std::to_string(WTERMSIG(status))};
  const int code = WEXITSTATUS(status);
  return {.status = code == 0 ? 200 : 0, .body = std::move(written_), .exit_code = code};
}

void RunningCommand::kill_group() const { kill(-pid_, SIGKILL); }

}  // namespace tocsin
