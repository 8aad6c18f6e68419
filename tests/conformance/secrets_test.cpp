// SPDX-License-Identifier: Apache-2.0
// Every channel of the registry with a receiver that refuses and sends back all that it was sent:
// what the daemon writes of it, in its log, metrics, database, dead letters and the arguments of a
// program, names no secret.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/channel_samples.hpp"
#include "daemon/store/store.hpp"
#include "daemon/telemetry.hpp"
#include "notifiers/delivery_transport.hpp"
#include "notifiers/dispatcher.hpp"
#include "support/catch.hpp"
#include "support/receivers.hpp"
#include "support/sample_notification.hpp"
#include "support/virtual_clock.hpp"

namespace tocsin {
namespace {

using test::kSecret;
const Instant kNow = instant_from_ms(1'773'488'470'000);

// A program that writes its arguments, as everybody can read them while it runs, into a file,
// prints all that it was given, and fails.
std::string talkative_program(const TempDir& dir) {
  dir.write("program", "#!/bin/sh\ntr '\\0' ' ' </proc/$$/cmdline >" + dir.path("arguments") +
                           "\ncat\nenv\necho \"key $API_KEY\"\nexit 1\n");
  std::filesystem::permissions(dir.path("program"), std::filesystem::perms::owner_all);
  return dir.path("program");
}

// The channel's own requests, sent to `address` or `program` in the place of where its options say.
class Redirected final : public Notifier {
 public:
  Redirected(std::shared_ptr<const Notifier> channel, std::string address, std::string program)
      : channel_(std::move(channel)), address_(std::move(address)), program_(std::move(program)) {}
  Request request(const Notification& n, const Attempt& attempt) const override {
    Request request = channel_->request(n, attempt);
    if (auto* http = std::get_if<HttpRequest>(&request)) {
      const std::string& url = http->url.reveal();
      http->url = Secret("http://" + address_ + url.substr(url.find('/', url.find("//") + 2)));
    }
    if (auto* file = std::get_if<FileRequest>(&request)) file->path = "/dev/full";
    if (auto* mail = std::get_if<MailRequest>(&request)) mail->smtp_url = "smtp://" + address_;
    if (auto* exec = std::get_if<ExecRequest>(&request)) exec->command.front() = program_;
    return request;
  }
  Delivery outcome(const Response& answer, Instant now) const override {
    return channel_->outcome(answer, now);
  }

 private:
  std::shared_ptr<const Notifier> channel_;
  std::string address_;
  std::string program_;
};

std::vector<Endpoint> all_channels(const std::string& address, const std::string& program) {
  std::vector<Endpoint> endpoints;
  for (const NotifierType& type : notifier_types()) {
    endpoints.push_back(test::sample_endpoint(type));
    auto& notifier = endpoints.back().notifier;
    notifier = std::make_shared<Redirected>(notifier, address, program);
  }
  return endpoints;
}

// What the process prints, its log too, goes into a file while this lives.
class PrintedInto {
 public:
  explicit PrintedInto(const std::string& file) : stdout_(dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    const int to = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(to, STDOUT_FILENO);
    close(to);
  }
  ~PrintedInto() {
    std::fflush(stdout);
    dup2(stdout_, STDOUT_FILENO);
    close(stdout_);
  }
  PrintedInto(const PrintedInto&) = delete;
  PrintedInto& operator=(const PrintedInto&) = delete;

 private:
  int stdout_;
};

// A commit of one message to every endpoint.
Commit commit_to(const std::vector<Endpoint>& endpoints, int number) {
  Commit commit;
  commit.now = kNow;
  commit.notifications = {test::sample_notification()};
  commit.notifications[0].message_id = "message-" + std::to_string(number);
  commit.endpoints.emplace_back();
  for (const Endpoint& e : endpoints) commit.endpoints[0].emplace_back(e.id, e.label);
  return commit;
}

std::string everything_in(const std::vector<std::string>& files) {
  std::ostringstream all;
  for (const std::string& file : files) all << std::ifstream(file, std::ios::binary).rdbuf();
  return all.str();
}

}  // namespace

TEST_CASE("whatever a receiver says, no channel's secret is written anywhere", "[conformance]") {
  const TempDir dir;
  const std::string answer = GENERATE("echo:404", "echo:500", "echo:429", "hang", "302:location=x");
  CAPTURE(answer);
  const test::Receiver receiver = test::http_receiver(dir, {"--answers", answer});
  const std::vector<Endpoint> endpoints = all_channels(receiver.address(), talkative_program(dir));
  test::VirtualClock clock{kNow};
  StoreOptions options;
  options.reserve_bytes = 4096;
  auto store = Store::open(dir.path("state"), options);
  REQUIRE(store.ok());
  auto transport =
      make_delivery_transport({.timeout = seconds{2}, .mail_timeout = milliseconds{300}});
  REQUIRE(transport.ok());
  Commit outcomes;
  outcomes.now = kNow;
  Dispatcher dispatcher({.transport = **transport,
                         .clock = clock,
                         .on_reports =
                             [&](std::vector<DeliveryReport> reports) {
                               for (DeliveryReport& report : reports) {
                                 telemetry::delivery_done(report);
                                 outcomes.deliveries.push_back(std::move(report.record));
                               }
                             },
                         .load = [](std::int64_t) -> Result<MessagePtr> {
                           return Error{"unreadable", "all are in memory"};
                         }});
  dispatcher.set_endpoints(endpoints);
  auto entries = (*store)->commit(commit_to(endpoints, 1));
  REQUIRE(entries.ok());
  dispatcher.push(std::move(*entries));
  {
    const PrintedInto log(dir.path("log"));
    while (outcomes.deliveries.size() < endpoints.size()) dispatcher.step(seconds{20});
  }
  REQUIRE((*store)->commit(outcomes).ok());

  CHECK(telemetry::render().find(kSecret) == std::string::npos);
  const std::string written =
      everything_in({dir.path("log"), dir.path("state/state.db"), dir.path("state/state.db-wal"),
                     dir.path("arguments")});
  CHECK(written.find(kSecret) == std::string::npos);
  CHECK(written.find("topic security") != std::string::npos);       // the log is there,
  CHECK(written.find("message-1") != std::string::npos);            // and the database,
  CHECK(written.find("program --team ops ") != std::string::npos);  // and exec's arguments
}

}  // namespace tocsin
