// SPDX-License-Identifier: Apache-2.0
// One command from its beginning to its end: its input is written, what it writes is read and cut,
// its end or its time limit becomes a Response. A process group of its own: whatever it began in
// the background ends with it.
#pragma once
#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/file_descriptor.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

class RunningCommand {
 public:
  static constexpr std::size_t kOutputMax = 4096;  // kept, the end of it

  // Error: it could not be begun.
  static Result<RunningCommand> begin(ExecRequest request);
  RunningCommand(RunningCommand&& other) noexcept;
  RunningCommand& operator=(RunningCommand&&) = delete;
  // Kills the group, if it still runs.
  ~RunningCommand();

  // Adds what a poll() must watch for advance() to have work.
  void watch(std::vector<pollfd>& into) const;
  Duration time_left() const;
  // Writes and reads what there is, without waiting. Its Response once it has ended: status 200 or
  // an exit code; failure `timeout` if it was killed, `other` if a signal ended it.
  std::optional<Response> advance();

 private:
  using Clock = std::chrono::steady_clock;

  RunningCommand() = default;
  void write_input();
  void read_output();
  bool has_ended() const;
  Response reap();
  void kill_group() const;

  pid_t pid_ = -1;  // of the group too; -1: reaped
  FileDescriptor process_;
  FileDescriptor input_;
  FileDescriptor output_;
  std::string unwritten_;
  std::string written_;  // by the command
  Clock::time_point deadline_{};
};

}  // namespace tocsin
