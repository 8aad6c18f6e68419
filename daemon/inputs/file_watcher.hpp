// SPDX-License-Identifier: Apache-2.0
// Wakes an input when a file grows or a directory changes (inotify). Only a hint that comes early:
// inputs look at everything once a second anyway, since inotify overflows, is short of watches, and
// says nothing of a network file system.
#pragma once
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "tocsin/file_descriptor.hpp"
#include "tocsin/time.hpp"

struct inotify_event;

namespace tocsin {

enum class DirectoryChanges { names, names_and_writes };

struct Wake {
  std::vector<int> files;        // what watch_file() returned, sorted
  std::vector<int> directories;  // what watch_directory() returned, sorted
  bool is_incomplete = false;    // events were lost: anything may have changed
  bool is_timeout = false;
};

class FileWatcher {
 public:
  // `stop` ends a wait at once. An extra descriptor (standard input) may be waited for; -1: none.
  explicit FileWatcher(std::stop_token stop, int extra = -1);

  // -1 if it cannot be watched. Watching the same twice gives the same number.
  int watch_file(const std::string& path);
  int watch_directory(const std::string& path, DirectoryChanges changes);
  void unwatch(int watch);

  void stop_waiting_for_extra() { extra_ = -1; }

  // Returns when something was touched, after `timeout`, or at stop.
  Wake wait(Duration timeout);

 private:
  void take_events(Wake& wake);
  void note(const inotify_event& event, Wake& wake);

  FileDescriptor inotify_;
  FileDescriptor stop_event_;
  int extra_;
  std::set<int> directories_;
  struct Signal {
    int event;
    void operator()() const;
  };
  std::stop_callback<Signal> on_stop_;
};

}  // namespace tocsin
