// SPDX-License-Identifier: Apache-2.0
// bench_receiver RECORD: an HTTP receiver that costs next to nothing, so that what is measured is
// the sender. Prints its port, answers until its standard input ends, then writes one line a
// request to RECORD: the path, the number that the body names as probe-N-end (-1: none), and the
// monotonic time of the request's first byte in nanoseconds. Paths: /hang... is never answered,
// /500... and /429... with that status, /flap... with 503 and 200, ten requests each in turn,
// everything else with 200. GET /count gives the number of requests of /ok... so far.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Received {
  std::string path;
  long probe = -1;
  long long at = 0;
};

struct Connection {
  std::string buffer;
  long long began = 0;  // the first byte of the request in `buffer`
};

long long now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// The number behind `name` in `text`, -1 if there is none.
long number_after(std::string_view text, std::string_view name) {
  const auto found = text.find(name);
  return found == std::string_view::npos
             ? -1
             : std::strtol(text.data() + found + name.size(), nullptr, 10);
}

long content_length(std::string_view head) {
  const long lower = number_after(head, "content-length:");
  return lower >= 0 ? lower : std::max(0L, number_after(head, "Content-Length:"));
}

// `before`: requests of this path that came before.
std::string answer_to(std::string_view path, long before) {
  if (path.starts_with("/flap") && before / 10 % 2 == 0)
    return "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
  if (path.starts_with("/hang")) return {};
  if (path.starts_with("/500"))
    return "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
  if (path.starts_with("/429"))
    return "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
  return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
}

class Receiver {
 public:
  Receiver() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), epoll_(epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 4096) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      std::exit(1);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    watch(listener_);
    watch(STDIN_FILENO);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return;
        if (fd == listener_)
          accept_one();
        else
          serve(fd);
      }
    }
  }

  void write(const char* file) const {
    FILE* out = std::fopen(file, "w");
    if (out == nullptr) std::exit(1);
    for (const Received& r : received_)
      std::fprintf(out, "%s %ld %lld\n", r.path.c_str(), r.probe, r.at);
    std::fclose(out);
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_one() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[fd] = {};
    watch(fd);
  }

  void serve(int fd) {
    static std::array<char, 1 << 16> chunk;
    const ssize_t length = recv(fd, chunk.data(), chunk.size(), 0);
    if (length <= 0) {
      connections_.erase(fd);
      close(fd);
      return;
    }
    Connection& c = connections_[fd];
    if (c.buffer.empty()) c.began = now();
    c.buffer.append(chunk.data(), static_cast<std::size_t>(length));
    const auto end = c.buffer.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string_view head(c.buffer.data(), end);
    if (c.buffer.size() < end + 4 + static_cast<std::size_t>(content_length(head))) return;
    take(fd, c, head);
  }

  void take(int fd, Connection& c, std::string_view head) {
    const auto from = head.find(' ') + 1;
    const std::string path(head.substr(from, head.find(' ', from) - from));
    const std::string answer =
        path == "/count" ? count_answer() : answer_to(path, requests_[path]++);
    if (path != "/count") {
      received_.push_back({path, number_after(c.buffer, "probe-"), c.began});
      taken_ += path.starts_with("/ok") ? 1 : 0;
    }
    c.buffer.clear();
    if (!answer.empty()) (void)!send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  std::string count_answer() const {
    const std::string body = std::to_string(taken_);
    return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  int listener_;
  int epoll_;
  std::map<int, Connection> connections_;
  std::map<std::string, long> requests_;  // of a path, so far
  std::vector<Received> received_;
  long taken_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Receiver receiver;
  receiver.run();
  receiver.write(argv[1]);
  return 0;
}
