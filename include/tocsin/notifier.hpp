// SPDX-License-Identifier: Apache-2.0
// How a message leaves: a Notifier turns a Notification into one request and the answer into an
// outcome. Pure: no I/O, no clock, no thread; the transport performs the request. Adding a channel:
// one file and one line in notifiers/registry.cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tocsin/config_node.hpp"
#include "tocsin/envelope_signer.hpp"
#include "tocsin/local_request.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/quiet_policy.hpp"
#include "tocsin/result.hpp"
#include "tocsin/secret.hpp"
#include "tocsin/time.hpp"
#include "tocsin/tls_options.hpp"

namespace tocsin {

struct HttpRequest {
  std::string method = "POST";
  Secret url;  // webhook URLs are secrets
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool allow_private =
      true;  // targets from the configuration file; link-local and metadata addresses never
  SharedTlsOptions tls = nullptr;
};

// A picture that the HTML of a mail shows by <img src="cid:ID">.
struct MailImage {
  std::string id;  // "trend": letters, digits, dots, hyphens
  std::string type = "image/png";
  std::string bytes;
};

struct MailRequest {
  std::string smtp_url;  // smtp://host:port or smtps://
  // required: no mail without TLS. opportunistic: TLS if it is offered, and always if there is a
  // password. none: plain, for a server on this host.
  enum class StartTls { required, opportunistic, none } starttls = StartTls::required;
  std::string username;
  Secret password;
  std::string from;
  std::string to;  // one address: each is a delivery of its own
  std::vector<std::pair<std::string, std::string>>
      headers;  // Subject, Message-ID, References, Date, ...; UTF-8
  std::string text;
  std::string html;  // empty: text alone
  SharedTlsOptions tls = nullptr;
  std::vector<MailImage> images = {};
};

// One line to be appended to a file of this host, made if it is not there.
struct FileRequest {
  std::string path;
  std::string line;             // without its end
  std::uint64_t bytes_max = 0;  // the file is not made larger than this
  // The file holds nothing but this line: what stands in it gives way, so that what is sent again
  // after a crash is not there twice.
  bool alone = false;
};

using Request = std::variant<HttpRequest, MailRequest, FileRequest, ExecRequest, JournalRequest>;

// What came back. `status` is the HTTP status or SMTP code, of what this host has done 200; 0 if
// none came: `failure` then says why, or a command ended with `exit_code`.
struct Response {
  enum class Failure { none, timeout, connect_refused, reset, dns, tls, refused_target, other };
  int status = 0;
  Failure failure = Failure::none;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};    // at most 64 KiB; of a command the end of what it wrote
  std::string detail = {};  // of a failure, without secrets
  std::optional<int> exit_code = {};
};

// What an answer means. `detail` goes to history, logs and dead letters: host only, never a secret.
struct Delivery {
  enum class Outcome { delivered, retry, rejected };
  Outcome outcome = Outcome::retry;
  std::string detail = {};
  std::optional<Duration> retry_after = {};
  // Of `delivered`: so far. The attempt goes on with one more request, made at once.
  bool more = false;
  // What the channel remembers of this (endpoint, alarm, key) from now on, such as the name of the
  // post that it will update: at most 1 KiB, stored with the outcome. Nothing: as before; empty:
  // forgotten.
  std::optional<std::string> receipt = {};
  bool gone = false;  // of a rejected one: the receiver is no more, nothing more is sent to it
};

// What an attempt may depend on beside the notification.
struct Attempt {
  int number = 1;            // from 1
  Instant now;               // wall clock of this attempt
  bool superseded = false;   // a newer transition of the same (alarm, key) was delivered already
  bool overtaking = false;   // an older transition of the same (alarm, key) is still being retried
  std::string receipt = {};  // the newest Delivery::receipt; empty: none, or it was forgotten
  // Why the receiver gets it: Endpoint::label and Endpoint::filter_text.
  std::string subscription = {};
  std::string filter = {};
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual Request request(const Notification& message, const Attempt& attempt) const = 0;
  virtual Delivery outcome(const Response& answer, Instant now) const = 0;
  // The same for a channel whose answer means something only beside what was asked.
  virtual Delivery conclude(const Notification&, const Attempt&, const Response& answer,
                            Instant now) const {
    return outcome(answer, now);
  }
};

// The `email:` section of the main configuration.
struct MailServer {
  std::string smtp_url;
  std::string from;
  MailRequest::StartTls starttls = MailRequest::StartTls::required;
  std::string username;
  Secret password;
  SharedTlsOptions tls = nullptr;
};

// How often and how fast one endpoint is tried, where SNS' delivery policy is written.
struct DeliveryPolicy {
  // From the end of a failed attempt to the next, without jitter; behind the last one the message
  // is a dead letter. Nothing: Tocsin's own backoff, for Endpoint::retry_for.
  std::optional<std::vector<Duration>> delays;
  Duration delay_max{seconds{20}};  // up to which Retry-After makes one of `delays` longer
  Duration spacing{0};              // from the beginning of an attempt to the next, at least
  std::string content_type;         // of HTTP requests; empty: what the format says
};
// What a topic says for all of its subscriptions.
struct TopicDeliveryPolicy {
  DeliveryPolicy policy;
  bool is_final = false;  // no subscription may say otherwise
};

// What notifiers may use of the rest of the configuration when they are made.
struct NotifierContext {
  Identity identity;
  std::optional<MailServer> mail;
  std::string topic;
  bool event_bus = false;  // no topic: records of the event bus, nothing else
  TopicDeliveryPolicy delivery_policy;
  // Of SNS envelopes; no signer: they are not signed.
  SignatureVersion signature_version = SignatureVersion::v2;
  std::shared_ptr<const EnvelopeSigner> signer = {};
  // Resolves ${credential:NAME} inside `text`; an error names the places that were tried, never the
  // value.
  std::function<Result<Secret>(const std::string& text)> resolve_secret;
  // Reads a small file that the configuration names; a relative path is seen from the
  // configuration's folder.
  std::function<Result<std::string>(const std::string& path)> read_file = {};
};

// One endpoint of a topic: what a delivery is counted, retried and dead-lettered by.
struct Endpoint {
  // Stable over reloads: topic, type, and the target's name or a hash of its secret.
  std::string id;
  std::string label;  // for people: "slack hooks.slack.com", "email ops@example.com"
  std::shared_ptr<const Notifier> notifier;
  // How long a message is retried, from its creation, before it becomes a dead letter.
  Duration retry_for{hours{24}};
  DeliveryPolicy policy = {};
  std::string dead_letters_to = {};  // id of the endpoint that gets copies of its dead letters
  // Endpoints of one group share a server (the addresses of one mail server): few attempts at a
  // time go to a group. Empty: on its own.
  std::string group;
  // Which of the topic's alarm messages go here; empty: all. What the channel cannot use; who
  // decodes the topic adds the option `filter`, which is no notifier's own.
  std::function<bool(const Notification&)> wants = {};
  // Whether it can show one message that stands for several. Where programs want a message each,
  // nothing is held back.
  bool takes_digests = true;
  QuietPolicy quiet = {};        // who decodes the topic reads it too
  std::string filter_text = {};  // that option as JSON; empty: none

  // An attempt at this endpoint, which learns whose it is.
  Attempt attempt(Attempt next) const {
    next.subscription = label;
    next.filter = filter_text;
    return next;
  }
  Request request(const Notification& message, Attempt next) const {
    return notifier->request(message, attempt(std::move(next)));
  }
};

// One row of the registry. `make` decodes its own options (the value of `- slack: {...}`),
// reporting every mistake at its place, and returns the endpoints (email: one per address).
struct NotifierType {
  std::string_view name;
  std::string_view summary;
  std::vector<Endpoint> (*make)(const ConfigNode& options, const NotifierContext& context,
                                Diagnostics& out);
  bool takes_records = false;  // may stand in `event_bus`
};
std::span<const NotifierType> notifier_types();

}  // namespace tocsin
