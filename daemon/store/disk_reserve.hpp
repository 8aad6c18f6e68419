// SPDX-License-Identifier: Apache-2.0
// Space kept aside on the state's disk in a preallocated file. On a full disk it is given up, so
// that messages can still be committed; later, when there is room, it is made anew.
#pragma once
#include <cstdint>
#include <string>

namespace tocsin {

class DiskReserve {
 public:
  // Makes the file, or keeps the one that is there. `size` 0: no reserve is kept.
  DiskReserve(std::string path, std::uint64_t size);

  bool held() const { return held_; }
  // Gives the space back to the file system. false: there was none to give.
  bool release();
  // Makes it anew once there is twice the room; true if it is held afterwards.
  bool restore();

 private:
  bool allocate();

  std::string path_;
  std::uint64_t size_;
  bool held_ = false;
};

}  // namespace tocsin
