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

MessagePtr message(std::string id) {
  Notification n = test::sample_notification();
  n.message_id = std::move(id);
  return std::make_shared<const Notification>(std::move(n));
}

OutboxEntry entry(std::int64_t id, std::string message_id) {
  OutboxEntry e;
  e.id = id;
  e.message_id = message_id;
  e.endpoint = "a";
  e.dedup_key = std::to_string(id);
  e.created = e.next_attempt = kStart;
  e.message = message(std::move(message_id));
  return e;
}

struct World {
  int status = 200;
  int loads = 0;
  std::string store_error;
  test::VirtualClock clock{kStart};
  test::FakeTransport transport{[this](const Request&) -> std::optional<Response> {
    if (status == 0) return std::nullopt;
    return Response{.status = status};
  }};
  std::vector<DeliveryReport> reports;

  DispatcherEdges edges() {
    return {.transport = transport,
            .clock = clock,
            .on_reports =
                [this](std::vector<DeliveryReport> list) {
                  reports.insert(reports.end(), list.begin(), list.end());
                },
            .load = [this](std::int64_t id) -> Result<MessagePtr> {
              ++loads;
              if (!store_error.empty()) return Error{store_error, "no such luck"};
              return message("loaded-" + std::to_string(id));
            }};
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
  w.store_error = "unreadable";
  OutboxEntry broken = entry(1, "broken");
  broken.message = nullptr;
  d.push({broken, entry(2, "two")});
  d.step(seconds{1});
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[0].record.fate == Fate::dead);
  CHECK(w.reports[1].record.fate == Fate::delivered);
}

TEST_CASE("a message beyond the memory bound is read again from the store",
          "[notifiers][dispatcher]") {
  World w;
  w.store_error = "io-error";
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  OutboxEntry large = entry(2, "two");
  auto text = test::sample_notification();
  text.message_id = "two";
  text.cloudwatch_message.assign(Dispatcher::kMessageBytesMax, 'x');
  large.message = std::make_shared<const Notification>(std::move(text));
  d.push({entry(1, "one"), large});
  d.step(seconds{1});
  CHECK(w.loads == 0);
  d.step(seconds{1});
  CHECK(w.loads == 1);
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[1].record.fate == Fate::retry);
  w.store_error.clear();
  w.clock.advance(seconds{2});
  d.step(seconds{1});
  CHECK(std::get<HttpRequest>(w.transport.requests.back()).body == "loaded-2");
  CHECK(w.reports.back().record.fate == Fate::delivered);
}

TEST_CASE("what waits for long is not kept in memory but read again", "[notifiers][dispatcher]") {
  World w;
  w.status = 500;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(1, "one")});
  d.step(seconds{1});
  CHECK(w.loads == 0);
  w.clock.advance(Dispatcher::kMessageKept + seconds{1});
  d.step(seconds{1});
  CHECK(w.loads == 1);
  CHECK(std::get<HttpRequest>(w.transport.requests.back()).body == "loaded-1");
}

TEST_CASE("a message for several endpoints is read once after a restart",
          "[notifiers][dispatcher]") {
  World w;
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a"), endpoint("b")});
  OutboxEntry first = entry(1, "loaded-1");
  first.message = nullptr;
  OutboxEntry second = first;
  second.id = 2;
  second.endpoint = "b";
  d.push({first, second});
  d.step(seconds{1});
  CHECK(w.transport.requests.size() == 2);
  CHECK(w.loads == 1);
}

TEST_CASE("a message that is in no store stays in memory until it is delivered",
          "[notifiers][dispatcher]") {
  World w;
  w.status = 500;
  w.store_error = "not-found";
  Dispatcher d(w.edges());
  d.set_endpoints({endpoint("a")});
  d.push({entry(-1, "trouble")});
  d.step(seconds{1});
  w.clock.advance(hours{1});
  w.status = 200;
  d.step(seconds{1});
  REQUIRE(w.reports.size() == 2);
  CHECK(w.reports[1].record.fate == Fate::delivered);
  CHECK(w.loads == 0);
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
  d.post([&] { where = std::this_thread::get_id(); });
  d.stop(Duration{0});
  std::thread delivery([&] { d.run(); });
  const std::thread::id expected = delivery.get_id();
  delivery.join();
  CHECK(where == expected);
}

namespace {

// Remembers how many requests there were, and wants as many for a message as its id says.
class RememberingNotifier final : public Notifier {
 public:
  Request request(const Notification&, const Attempt& attempt) const override {
    HttpRequest request;
    request.body = attempt.receipt;
    return request;
  }
  Delivery outcome(const Response&, Instant) const override {
    return {Delivery::Outcome::rejected, "not to be asked"};
  }
  Delivery conclude(const Notification& n, const Attempt& attempt, const Response& answer,
                    Instant) const override {
    if (answer.status != 200) return {Delivery::Outcome::retry, "no"};
    Delivery d{Delivery::Outcome::delivered};
    d.receipt = attempt.receipt + "|";
    d.more = d.receipt->size() % std::stoul(n.message_id) != 0;
    return d;
  }
};

std::vector<std::string> bodies(const World& w) {
  std::vector<std::string> list;
  for (const Request& request : w.transport.requests)
    list.push_back(std::get<HttpRequest>(request).body);
  return list;
}

struct Remembering : World {
  Dispatcher d{edges()};
  Remembering() {
    Endpoint e = endpoint("a");
    e.notifier = std::make_shared<RememberingNotifier>();
    d.set_endpoints({e});
  }
  void push(std::int64_t id, std::string requests) {
    OutboxEntry e = entry(id, std::move(requests));
    e.dedup_key = test::sample_notification().dedup_key;
    d.push({e});
  }
  void settle() {
    for (int turn = 0; turn < 10; ++turn) d.step(Duration{0});
  }
};

}  // namespace

TEST_CASE("one attempt may be several requests; what they remember is told once, at the end",
          "[notifiers][dispatcher]") {
  Remembering w;
  w.push(1, "3");
  w.settle();
  CHECK(bodies(w) == std::vector<std::string>{"", "|", "||"});
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].record.fate == Fate::delivered);
  CHECK(w.reports[0].record.attempts == 1);
  CHECK(w.reports[0].record.receipt == "|||");
}

TEST_CASE("what a channel remembers of a key is there for its next message, also after a restart",
          "[notifiers][dispatcher]") {
  Remembering w;
  w.d.set_receipts({{"a", test::sample_notification().dedup_key, "|||"}, {"b", "other", "x"}});
  w.push(1, "1");
  w.settle();
  w.push(2, "1");
  w.settle();
  CHECK(bodies(w) == std::vector<std::string>{"|||", "||||"});
}

TEST_CASE("a channel that never comes to an end is tried again later", "[notifiers][dispatcher]") {
  Remembering w;
  w.push(1, "1000");
  w.settle();
  CHECK(w.transport.requests.size() == 4);
  REQUIRE(w.reports.size() == 1);
  CHECK(w.reports[0].record.fate == Fate::retry);
  CHECK(w.reports[0].record.receipt == "||||");
}

TEST_CASE("what channels remember is bounded: the longest untouched goes", "[notifiers]") {
  ReceiptBook book;
  book.put("a", "first", "x");
  book.put("a", "second", "x");
  book.put("a", "first", "y");
  for (std::size_t i = 2; i <= kDeliveryReceiptsMax; ++i) book.put("b", std::to_string(i), "x");
  CHECK(book.find("a", "first") == "y");
  CHECK(book.find("a", "second").empty());
  book.put("a", "first", "");
  CHECK(book.find("a", "first").empty());
}

}  // namespace tocsin
