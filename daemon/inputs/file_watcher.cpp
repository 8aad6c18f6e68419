// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_watcher.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <algorithm>
#include <cstdint>

namespace tocsin {
namespace {

void sort_unique(std::vector<int>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

}  // namespace

FileWatcher::FileWatcher(std::stop_token stop, int extra)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      extra_(extra),
      on_stop_(std::move(stop), Signal{stop_event_.get()}) {}

void FileWatcher::Signal::operator()() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
}

int FileWatcher::watch_file(const std::string& path) {
  return ::inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY | IN_ATTRIB);
}

int FileWatcher::watch_directory(const std::string& path, DirectoryChanges changes) {
  constexpr std::uint32_t kNames = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  const std::uint32_t writes = changes == DirectoryChanges::names ? 0 : IN_CLOSE_WRITE;
  const int watch = ::inotify_add_watch(inotify_.get(), path.c_str(), kNames | writes);
  if (watch >= 0) directories_.insert(watch);
  return watch;
}

void FileWatcher::unwatch(int watch) {
  if (watch < 0) return;
  ::inotify_rm_watch(inotify_.get(), watch);
  directories_.erase(watch);
}

Wake FileWatcher::wait(Duration timeout) {
  Wake wake;
  pollfd waited[] = {
      {inotify_.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}, {extra_, POLLIN, 0}};
  const auto ms = static_cast<int>(std::max<std::int64_t>(0, timeout.count()));
  wake.is_timeout = ::poll(waited, 3, ms) == 0;
  if ((waited[0].revents & POLLIN) != 0) take_events(wake);
  return wake;
}

void FileWatcher::take_events(Wake& wake) {
  alignas(inotify_event) char buffer[64 << 10];
  // Bounded, so that writers who never pause cannot keep us here.
  for (int round = 0; round < 16; ++round) {
    const ssize_t got = ::read(inotify_.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    for (const char* at = buffer; at < buffer + got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      if ((event->mask & IN_Q_OVERFLOW) != 0)
        wake.is_incomplete = true;
      else
        note(*event, wake);
      at += sizeof(inotify_event) + event->len;
    }
  }
  sort_unique(wake.files);
  sort_unique(wake.directories);
}

void FileWatcher::note(const inotify_event& event, Wake& wake) {
  const bool is_directory = directories_.contains(event.wd);
  (is_directory ? wake.directories : wake.files).push_back(event.wd);
  if ((event.mask & IN_IGNORED) != 0) directories_.erase(event.wd);
}

}  // namespace tocsin
