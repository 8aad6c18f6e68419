// SPDX-License-Identifier: Apache-2.0
// The whole way of a message: outbox entry, dispatcher on its own thread, channel, libcurl, a real
// receiver.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "notifiers/curl_transport.hpp"
#include "notifiers/dispatcher.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/receivers.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using Fate = DeliveryRecord::Fate;
using test::map;
using test::scalar;

class RealClock final : public Clock {
 public:
  Instant now() const override { return Instant{since_epoch<std::chrono::system_clock>()}; }
  Tick tick() const override { return Tick{since_epoch<std::chrono::steady_clock>()}; }

 private:
  template <class Source>
  static Duration since_epoch() {
    return std::chrono::duration_cast<Duration>(Source::now().time_since_epoch());
  }
};

std::vector<Endpoint> make(std::string_view type, const ConfigNode& options,
                           const std::string& smtp_address = "127.0.0.1:1") {
  NotifierContext context;
  context.topic = "security";
  context.identity = {"000000000000", "us-east-1", "prod.example.com"};
  context.mail = MailServer{"smtp://" + smtp_address, "tocsin@example.com",
                            MailRequest::StartTls::none, "", Secret()};
  for (const NotifierType& t : notifier_types()) {
    if (t.name != type) continue;
    Diagnostics out;
    auto endpoints = t.make(options, context, out);
    REQUIRE(out.list().empty());
    return endpoints;
  }
  FAIL("no such notifier");
  return {};
}

// A dispatcher at work on its thread, and what it reports.
class DeliveryThread {
 public:
  explicit DeliveryThread(const std::vector<Endpoint>& endpoints) {
    auto made = make_curl_transport({.timeout = seconds{2}});
    REQUIRE(made.ok());
    transport_ = std::move(made).value();
    dispatcher_.emplace(DispatcherEdges{
        .transport = *transport_,
        .clock = clock_,
        .on_reports = [this](std::vector<DeliveryReport> list) { take(std::move(list)); },
        .load = [](std::int64_t) -> Result<MessagePtr> {
          return std::make_shared<const Notification>(test::sample_notification());
        }});
    dispatcher_->set_endpoints(endpoints);
    thread_ = std::thread([this] { dispatcher_->run(); });
  }
  ~DeliveryThread() {
    dispatcher_->stop(Duration{0});
    thread_.join();
  }
  DeliveryThread(const DeliveryThread&) = delete;
  DeliveryThread& operator=(const DeliveryThread&) = delete;

  void send(std::int64_t id, const Endpoint& endpoint) {
    OutboxEntry entry;
    entry.id = id;
    entry.message_id = "message-" + std::to_string(id);
    entry.endpoint = endpoint.id;
    entry.dedup_key = std::to_string(id);
    entry.created = entry.next_attempt = clock_.now();
    dispatcher_->push({entry});
  }

  // The reports of `id` once it is delivered or dead.
  std::vector<DeliveryRecord> wait_for(std::int64_t id) {
    std::unique_lock lock(mutex_);
    const bool in_time = changed_.wait_for(lock, std::chrono::seconds{60}, [&] {
      const auto found = reports_.find(id);
      return found != reports_.end() && found->second.back().fate != Fate::retry;
    });
    REQUIRE(in_time);
    return reports_[id];
  }

 private:
  void take(std::vector<DeliveryReport> list) {
    const std::lock_guard lock(mutex_);
    for (const DeliveryReport& r : list) reports_[r.record.outbox_id].push_back(r.record);
    changed_.notify_all();
  }

  RealClock clock_;
  std::unique_ptr<Transport> transport_;
  std::optional<Dispatcher> dispatcher_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, std::vector<DeliveryRecord>> reports_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a webhook that fails in every way for a while is delivered in the end",
          "[conformance][delivery]") {
  const TempDir dir;
  const test::Receiver receiver =
      test::http_receiver(dir, {"--answers", "reset,500,429:retry-after=1,200"});
  const auto endpoints = make(
      "webhook",
      map({{"url", scalar("http://" + receiver.address() + "/x")}, {"format", scalar("sns")}}));
  DeliveryThread delivery(endpoints);
  delivery.send(1, endpoints[0]);
  const auto reports = delivery.wait_for(1);
  REQUIRE(reports.size() == 4);
  CHECK(reports.back().fate == Fate::delivered);
  CHECK(reports[0].status == 0);
  CHECK(reports[1].status == 500);
  CHECK(reports[2].status == 429);
  CHECK(reports[2].next_attempt >= reports[2].at + seconds{1});
  const auto record = receiver.record();
  REQUIRE(record.size() == 4);
  CHECK(record[0]["body"] == record[3]["body"]);
  CHECK(record[0]["headers"]["x-amz-sns-message-id"] ==
        record[3]["headers"]["x-amz-sns-message-id"]);
}

TEST_CASE("a hanging webhook delays no other, and what is gone is a dead letter",
          "[conformance][delivery]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  const std::string base = "http://" + receiver.address() + "/answer/";
  std::vector<Endpoint> endpoints;
  for (const char* answer : {"hang", "200", "410"})
    endpoints.push_back(make("webhook", map({{"url", scalar(base + answer)}}))[0]);
  DeliveryThread delivery(endpoints);
  for (std::int64_t id = 0; id < 3; ++id)
    delivery.send(id + 1, endpoints[static_cast<std::size_t>(id)]);
  CHECK(delivery.wait_for(2).back().fate == Fate::delivered);
  CHECK(delivery.wait_for(3).back().fate == Fate::dead);
  CHECK(delivery.wait_for(3).back().status == 410);
}

TEST_CASE(
    "twenty subscriptions to one server need no more than twenty connections for all messages",
    "[conformance][delivery]") {
  const TempDir dir;
  const test::Receiver receiver = test::http_receiver(dir);
  std::vector<Endpoint> endpoints;
  for (int i = 0; i < 20; ++i)
    endpoints.push_back(
        make("webhook",
             map({{"url", scalar("http://" + receiver.address() + "/" + std::to_string(i))}}))[0]);
  DeliveryThread delivery(endpoints);
  constexpr std::int64_t kMessages = 200;
  for (std::int64_t id = 1; id <= kMessages; ++id)
    delivery.send(id, endpoints[static_cast<std::size_t>(id) % endpoints.size()]);
  for (std::int64_t id = 1; id <= kMessages; ++id)
    CHECK(delivery.wait_for(id).back().fate == Fate::delivered);
  std::set<int> connections;
  for (const auto& request : receiver.record())
    connections.insert(request["connection"].get<int>());
  CHECK(connections.size() <= endpoints.size());
}

TEST_CASE("a mail server that is down for a while loses nothing", "[conformance][delivery]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  std::string port;
  {
    const test::Receiver receiver = test::smtp_receiver(dir);
    port = receiver.address().substr(receiver.address().find(':') + 1);
  }
  const auto endpoints =
      make("email", map({{"to", test::list({scalar("a@example.com"), scalar("b@example.com")})}}),
           "127.0.0.1:" + port);
  DeliveryThread delivery(endpoints);
  delivery.send(1, endpoints[0]);
  delivery.send(2, endpoints[1]);
  const test::Receiver receiver =
      test::smtp_receiver(dir, {"--port", port, "--answers", "rcpt=451,250"});
  CHECK(delivery.wait_for(1).back().fate == Fate::delivered);
  CHECK(delivery.wait_for(2).back().fate == Fate::delivered);
  const auto record = receiver.record();
  REQUIRE(record.size() == 2);
  CHECK(record[0]["to"] != record[1]["to"]);
  for (const auto& mail : record) {
    CHECK(mail["to"].size() == 1);
    CHECK(mail["defects"].empty());
    CHECK(mail["headers"]["Message-ID"] ==
          "<6f9619ff-8b86-5011-b42d-00cf4fc964ff@prod.example.com>");
    CHECK(mail["text"].get<std::string>().find("Who         IAM user alice") != std::string::npos);
    CHECK(mail["html"].get<std::string>().find("IAM user alice") != std::string::npos);
  }
}

}  // namespace tocsin
