// SPDX-License-Identifier: Apache-2.0
// Every channel of the registry against receivers that fail in every way, through the daemon's own
// transport: what the channel makes of the answer, and how long it goes on trying.
#include "conformance/channel_samples.hpp"
#include "notifiers/delivery_plan.hpp"
#include "notifiers/delivery_transport.hpp"
#include "support/catch.hpp"
#include "support/receivers.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using Outcome = Delivery::Outcome;
using test::sample_endpoint;
const Instant kNow = instant_from_ms(1'773'488'470'000);

// A new kind of request: give it faults, as those below have them.
// The journal has none that could be
// aimed at: tests/e2e/journal_test.py.
static_assert(std::variant_size_v<Request> == 5);

// What to do to a channel's request, and what the channel must make of the answer.
struct Fault {
  std::string name;
  std::string target;  // URL, mail server, path
  Outcome expected = Outcome::retry;
  std::optional<Duration> retry_after = std::nullopt;
};

struct Channel {
  const NotifierType* type;
  Endpoint endpoint;
  Request request;
};

template <class T>
std::vector<Channel> channels_of() {
  std::vector<Channel> list;
  for (const NotifierType& type : notifier_types()) {
    Endpoint endpoint = sample_endpoint(type);
    Request request = endpoint.notifier->request(test::sample_notification(), {.now = kNow});
    if (std::holds_alternative<T>(request))
      list.push_back({&type, std::move(endpoint), std::move(request)});
  }
  return list;
}

void aim(HttpRequest& request, const std::string& target) { request.url = Secret(target); }
void aim(MailRequest& request, const std::string& target) {
  request.smtp_url = target;
  request.username.clear();
  if (!target.starts_with("smtps:")) request.starttls = MailRequest::StartTls::none;
}
void aim(FileRequest& request, const std::string& target) { request.path = target; }
// A path is a program, anything else what a shell is to do.
void aim(ExecRequest& request, const std::string& target) {
  request.command = {target};
  if (!target.starts_with('/')) request.command = {"/bin/sh", "-c", target};
  request.timeout = seconds{2};
}

// All channels of a kind at once: a fault that takes its time takes it once.
template <class T>
void check_fault(Transport& transport, const Fault& fault) {
  std::vector<Channel> channels = channels_of<T>();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    aim(std::get<T>(channels[i].request), fault.target);
    transport.start(static_cast<Transport::Token>(i), channels[i].request);
  }
  for (std::size_t open = channels.size(); open > 0;)
    for (const auto& [token, response] : transport.poll(seconds{20})) {
      --open;
      const Channel& channel = channels[static_cast<std::size_t>(token)];
      const Delivery delivery = channel.endpoint.notifier->outcome(response, kNow);
      INFO(channel.type->name << ", " << fault.name << ": " << delivery.detail);
      CHECK(delivery.outcome == fault.expected);
      CHECK(delivery.retry_after == fault.retry_after);
      CHECK(delivery.detail.size() < 1000);
      CHECK(delivery.detail.find(test::kSecret) == std::string::npos);
    }
}

std::unique_ptr<Transport> impatient_transport() {
  auto made = make_delivery_transport(
      {.timeout = seconds{3}, .mail_timeout = seconds{3}, .connect_timeout = seconds{3}});
  REQUIRE(made.ok());
  return std::move(made).value();
}

}  // namespace

TEST_CASE("every channel over HTTP takes each answer and each silence for what it is",
          "[conformance][faults]") {
  const TempDir dir;
  const auto certificate = test::make_certificate(dir);
  const test::Receiver plain = test::http_receiver(dir);
  const test::Receiver tls =
      test::http_receiver(dir, {"--tls", certificate.certificate_file, certificate.key_file});
  const std::string base = "http://" + plain.address() + "/answer/";
  const auto transport = impatient_transport();
  for (const Fault& fault : std::vector<Fault>{
           {"200", base + "200", Outcome::delivered},
           {"204", base + "204", Outcome::delivered},
           {"a megabyte of answer", base + "big", Outcome::delivered},
           {"an answer without end", base + "drip", Outcome::delivered},
           {"301", base + "301:location=%2Felsewhere", Outcome::rejected},
           {"307", base + "307:location=%2Felsewhere", Outcome::rejected},
           {"400", base + "400", Outcome::rejected},
           {"404", base + "404", Outcome::rejected},
           {"429", base + "429", Outcome::retry},
           {"429 with Retry-After", base + "429:retry-after=9", Outcome::retry, seconds{9}},
           {"500", base + "500", Outcome::retry},
           {"503 with Retry-After", base + "503:retry-after=30", Outcome::retry, seconds{30}},
           {"no answer", base + "hang"},
           {"reset", base + "reset"},
           {"refused", "http://127.0.0.1:1/"},
           {"a certificate that nobody vouches for", "https://" + tls.address() + "/"},
           {"no TLS where TLS is wanted", "https://" + plain.address() + "/"},
           {"a name that does not resolve", "http://nowhere.invalid/"},
           {"a metadata address", "http://169.254.169.254/", Outcome::rejected}})
    check_fault<HttpRequest>(*transport, fault);
  for (const auto& request : plain.record()) CHECK(request["path"] != "/elsewhere");
  CHECK(tls.record().empty());
}

TEST_CASE("every channel by mail takes each answer and each silence for what it is",
          "[conformance][faults]") {
  if (!test::has_smtp_receiver()) return;
  const TempDir dir;
  const auto certificate = test::make_certificate(dir);
  const test::Receiver tls =
      test::http_receiver(dir, {"--tls", certificate.certificate_file, certificate.key_file});
  const auto transport = impatient_transport();
  const std::pair<const char*, Outcome> answers[] = {
      {"250", Outcome::delivered},     {"rcpt=421", Outcome::retry},
      {"rcpt=451", Outcome::retry},    {"data=452", Outcome::retry},
      {"rcpt=550", Outcome::rejected}, {"data=554", Outcome::rejected},
      {"close", Outcome::retry},       {"hang", Outcome::retry},
      {"big", Outcome::retry}};
  for (const auto& [answer, expected] : answers) {
    const test::Receiver receiver = test::smtp_receiver(dir, {"--answers", answer});
    check_fault<MailRequest>(*transport, {answer, "smtp://" + receiver.address(), expected});
  }
  for (const Fault& fault :
       std::vector<Fault>{{"refused", "smtp://127.0.0.1:1"},
                          {"a certificate that nobody vouches for", "smtps://" + tls.address()},
                          {"a name that does not resolve", "smtp://nowhere.invalid"},
                          {"a metadata address", "smtp://169.254.169.254", Outcome::rejected}})
    check_fault<MailRequest>(*transport, fault);
}

TEST_CASE("every channel into a file takes what the disk says for what it is",
          "[conformance][faults]") {
  const TempDir dir;
  const auto transport = impatient_transport();
  for (const Fault& fault :
       std::vector<Fault>{{"a new file", dir.path("alarms"), Outcome::delivered},
                          {"a folder that is not there", dir.path("none/alarms")},
                          {"a folder", dir.path(), Outcome::rejected},
                          {"a device", "/dev/full", Outcome::rejected}})
    check_fault<FileRequest>(*transport, fault);
}

TEST_CASE("every channel by a command takes each end of it for what it is",
          "[conformance][faults]") {
  const TempDir dir;
  const auto transport = impatient_transport();
  for (const Fault& fault :
       std::vector<Fault>{{"exit code 0", "exit 0", Outcome::delivered},
                          {"a megabyte of output", "head -c 1000000 /dev/zero", Outcome::delivered},
                          {"input that is not read", "exec <&-", Outcome::delivered},
                          {"exit code 75", "exit 75"},
                          {"exit code 1", "exit 1", Outcome::rejected},
                          {"a secret said aloud", "echo $API_KEY; exit 1", Outcome::rejected},
                          {"a signal", "kill -9 $$"},
                          {"no end", "sleep 1000"},
                          {"output without end", "cat /dev/zero"},
                          {"no such program", dir.path("none")},
                          {"a folder", dir.path()}})
    check_fault<ExecRequest>(*transport, fault);
}

TEST_CASE("every channel tries for retry_for, no longer and not without a pause",
          "[conformance][faults]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    const Endpoint endpoint = sample_endpoint(type, {{"retry_for", test::scalar("10m")}});
    DeliveryPlan plan;
    plan.set_endpoints({endpoint}, kNow);
    OutboxEntry entry;
    entry.id = 1;
    entry.message_id = "m";
    entry.endpoint = endpoint.id;
    entry.created = entry.next_attempt = kNow;
    plan.push(entry, kNow);
    std::vector<Instant> attempts;
    for (Instant due = plan.next_due(); due != kNever; due = plan.next_due()) {
      REQUIRE(plan.take_due(due).size() == 1);
      attempts.push_back(due);
      plan.on_outcome(1, {Outcome::retry, "503", {}}, 503, due);
    }
    CHECK(attempts.front() == kNow);
    CHECK(attempts.back() == kNow + minutes{10});
    for (std::size_t i = 2; i < attempts.size(); ++i)
      CHECK(attempts[i - 1] - attempts[i - 2] >= milliseconds{800});
    CHECK(plan.take_reports().back().record.fate == DeliveryRecord::Fate::dead);
  }
}

}  // namespace tocsin
