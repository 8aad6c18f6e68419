// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// What systemd would receive.
class Manager {
 public:
  Manager() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = dir_.path("notify");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  std::string next() {
    char text[512];
    const ssize_t size = ::recv(fd_, text, sizeof text, MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  TempDir dir_;
  int fd_;
};

TEST_CASE("systemd is told of readiness, reload, progress and the end", "[service]") {
  Manager manager;
  service_notify::ready("12 rules\nREADY=0");
  CHECK(manager.next() == "READY=1\nSTATUS=12 rules READY=0");
  service_notify::reloading();
  const std::string reloading = manager.next();
  CHECK_THAT(reloading, StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  CHECK_THAT(reloading, Contains("\nSTATUS=reloading"));
  service_notify::watchdog();
  CHECK(manager.next() == "WATCHDOG=1");
  service_notify::stopping();
  CHECK_THAT(manager.next(), StartsWith("STOPPING=1"));
}

TEST_CASE("without systemd nothing is told and nothing fails", "[service]") {
  service_notify::ready("x");
  service_notify::watchdog();
  CHECK_FALSE(service_notify::watchdog_interval());
}

TEST_CASE("the watchdog is fed at half its time", "[service]") {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  CHECK(service_notify::watchdog_interval() == seconds{15});
  ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace tocsin
