// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dispatcher.hpp"

#include <thread>

#include "support/catch.hpp"
#include "support/fake_transport.hpp"
#include "support/sample_notification.hpp"
#include "support/virtual_clock.hpp"

namespace tocsin {
namespace {

using Fate = DeliveryRecord::Fate;
const Instant kStart = instant_from_ms(1'773'488'462'000);

// Posts the message id to its own name, and passes the status on.
class PlainNotifier final : public Notifier {
 public:
  Request request(const Notification& n, const Attempt&) const override {
    HttpRequest request;
    request.body = n.message_id;
    return request;
  }
  Delivery outcome(const Response& answer, Instant) const override {
    if (answer.status == 200) return {Delivery::Outcome::delivered};
    return {answer.status == 404 ? Delivery::Outcome::rejected : Delivery::Outcome::retry, "no"};
  }
};

Endpoint endpoint(std::string id) {
  Endpoint e;
  e.id = std::move(id);
  e.notifier = std::make_shared<PlainNotifier>();
  return e;
}

OutboxEntry entry(std::int64_t id, std::string text) {
  OutboxEntry e;
  e.id = id;
  e.endpoint = "a";
  e.dedup_key = std::to_string(id);
  e.created = e.next_attempt = kStart;
  e.notification = std::move(text);
  return e;
}

struct World {
  int status = 200;
  test::VirtualClock clock{kStart};
  test::FakeTransport transport{[this](const Request&) -> std::optional<Response> {
    if (status == 0) return std::nullopt;
    return Response{.status = status};
  }};
  std::vector<DeliveryReport> reports;

  DispatcherEdges edges() {
    return {.transport = transport,
            .clock = clock,
            .parse = [](std::string_view text) -> Result<Notification> {
              if (text == "broken") return Error{"bad-json", "broken"};
              Notification n = test::sample_notification();
              n.message_id = text;
              return n;
            },
            .on_reports =
                [this](std::vector<DeliveryReport> list) {
                  reports.insert(reports.end(), list.begin(), list.end());
                },
            .load = {}};
  }
};

}  // namespace

TEST_CASE("what is pushed is sent in the same turn and reported", "[notifiers][dispatcher]") {
  World w;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "one")});
  CHECK(w.transport.wakes == 2);
  d.step(seconds{1});
  REQUIRE(w.transport.requests.size() == 1);
  CHECK(std::get<HttpRequest>(w.transport.requests[0]).body == "one");
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].record.fate == Fate::delivered);
  CHECK(d.load().pending == 0);
}

TEST_CASE("a failed attempt is repeated with the same text when its time has come",
          "[notifiers][dispatcher]") {
  World w;
  w.status = 500;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "one")});
  d.step(seconds{1});
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].record.fate == Fate::retry);
  CHECK(d.load().pending == 1);
  w.status = 200;
  d.step(seconds{5});
  CHECK(w.transport.requests.size() == 1);
  CHECK(w.transport.last_wait <= seconds{2});
  w.clock.advance(seconds{2});
  d.step(seconds{1});
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[1].record.fate == Fate::delivered);
}

TEST_CASE("a stored message that cannot be read is a dead letter and blocks nothing",
          "[notifiers][dispatcher]") {
  World w;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "broken"), entry(2, "two")});
  d.step(seconds{1});
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[0].record.fate == Fate::dead);
  CHECK(w.reports[1].record.fate == Fate::delivered);
}

TEST_CASE("texts beyond the memory bound are read again from the store",
          "[notifiers][dispatcher]") {
  World w;
  DispatcherEdges edges = w.edges();
  int loads = 0;
  bool is_store_well = false;
  edges.load = [&](std::int64_t id) -> Result<std::string> {
    ++loads;
    if (!is_store_well) return Error{"io", "the disk is gone"};
    return "loaded-" + std::to_string(id);
  };
  Dispatcher d(edges);
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, std::string(Dispatcher::kTextBytesMax, 'x')), entry(2, "two")});
  d.step(seconds{1});
  CHECK(loads == 0);
  d.step(seconds{1});
  CHECK(loads == 1);
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[1].record.fate == Fate::retry);
  is_store_well = true;
  w.clock.advance(seconds{2});
  d.step(seconds{1});
  CHECK(std::get<HttpRequest>(w.transport.requests.back()).body == "loaded-2");
  CHECK(w.reports.back().record.fate == Fate::delivered);
}

TEST_CASE("stop lets what is due go out, waits for it, and leaves retries to the next start",
          "[notifiers][dispatcher]") {
  World w;
  w.status = 500;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "one")});
  d.step(seconds{1});
  w.status = 200;
  d.push({entry(2, "two")});
  d.stop(seconds{5});
  d.run();
  CHECK(w.reports.back().record.outbox_id == 2);
  CHECK(w.reports.back().record.fate == Fate::delivered);
  CHECK(d.load().pending == 1);
}

TEST_CASE("stop does not wait for a hanging receiver longer than its grace",
          "[notifiers][dispatcher]") {
  World w;
  w.status = 0;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "one")});
  d.step(seconds{1});
  d.stop(Duration{0});
  d.run();
  CHECK(w.reports.empty());
  CHECK(d.load().in_flight == 1);
}

TEST_CASE("a probe is answered on the delivery thread", "[notifiers][dispatcher]") {
  World w;
  Dispatcher d(w.edges());
  std::thread::id where;
  d.probe([&] { where = std::this_thread::get_id(); });
  d.stop(Duration{0});
  std::thread delivery([&] { d.run(); });
  const std::thread::id expected = delivery.get_id();
  delivery.join();
  CHECK(where == expected);
}

}  // namespace tocsin
