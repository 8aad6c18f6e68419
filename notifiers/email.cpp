// SPDX-License-Identifier: Apache-2.0
// email: { to: [address, ...], retry_for }: text and HTML.
// email-json, the same: the SNS document alone.
#include <algorithm>

#include "notifiers/channels.hpp"
#include "notifiers/email_body.hpp"
#include "notifiers/email_html.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/facts.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/incident.hpp"
#include "notifiers/mail_header.hpp"
#include "notifiers/sns_envelope.hpp"
#include "notifiers/text.hpp"
#include "notifiers/trend_chart.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kRecipientsMax = 100;

enum class MailBody { text_and_html, json };

class Email final : public Notifier {
 public:
  Email(MailBody body, MailServer server, MailAddress from, MailAddress to, std::string domain,
        SnsSubscription subscription)
      : body_(body),
        server_(std::move(server)),
        from_(std::move(from)),
        to_(std::move(to)),
        domain_(std::move(domain)),
        subscription_(std::move(subscription)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    MailRequest mail;
    mail.smtp_url = server_.smtp_url;
    mail.starttls = server_.starttls;
    mail.username = server_.username;
    mail.password = server_.password;
    mail.tls = server_.tls;
    mail.from = from_.address;
    mail.to = to_.address;
    mail.headers = headers(n, attempt);
    if (body_ == MailBody::json) {
      mail.text = sns_payload(n, subscription_);
      return mail;
    }
    mail.text = email_text(n, attempt, to_.address);
    // A template of the rule's own says what it shows.
    std::string chart = rendered_for(n, "html").empty() ? trend_chart(n.trend) : "";
    const std::string id = chart.empty() ? "" : "trend." + id_of(n);
    mail.html = email_html(n, attempt, to_.address, id);
    if (!chart.empty()) mail.images.push_back({.id = id, .bytes = std::move(chart)});
    return mail;
  }

  Delivery outcome(const Response& answer, Instant) const override {
    // Without an answer it is the server's fault, and nobody's address.
    return smtp_outcome(answer, answer.status == 0 ? server_name() : to_.address);
  }

 private:
  // Host and port alone.
  std::string server_name() const {
    const std::string& url = server_.smtp_url;
    const std::size_t scheme = url.find("://");
    const std::string place = scheme == std::string::npos ? url : url.substr(scheme + 3);
    return "mail server " + place.substr(place.rfind('@') + 1);
  }
  std::string id_of(const Notification& n) const {
    return mail_domain(n.message_id) + "@" + domain_;
  }
  // Message-ID is the same on every attempt, so that a receiver can drop a repeat; References is
  // one id per (alarm, key), so that ALARM and OK stand in one thread.
  std::vector<std::pair<std::string, std::string>> headers(const Notification& n,
                                                           const Attempt& attempt) const {
    const std::string thread =
        "<" + name_hash(n.alarm_arn + "\n" + n.dedup_key) + "@" + domain_ + ">";
    std::vector<std::pair<std::string, std::string>> list{
        {"Date", format_mail_date(n.transition.decided_at)},
        {"From", format_mail_address(from_)},
        {"To", format_mail_address(to_)},
        {"Subject", one_line(n.subject)},
        {"Message-ID", "<" + id_of(n) + ">"},
        {"In-Reply-To", thread},
        {"References", thread},
        {"Auto-Submitted", "auto-generated"},
        {"List-Id", "<" + mail_domain(n.topic) + "." + domain_ + ">"},
        {"X-Alarm-State", std::string(to_string(n.transition.to))},
        {"X-Alarm-Severity", std::string(to_string(n.severity))},
        {"X-Auto-Response-Suppress", "All"}};
    if (!n.transition.alarm.empty())
      list.emplace_back("X-Alarm-Name", one_line(n.transition.alarm));
    if (!n.digest.empty()) list.emplace_back("X-Alarm-Digest", std::to_string(n.digest.size()));
    if (opens_incident(n) && n.severity >= Severity::high) list.emplace_back("Importance", "high");
    if (attempt.superseded) list.emplace_back("X-Alarm-Superseded", "true");
    if (attempt.overtaking) list.emplace_back("X-Alarm-Overtaking", "true");
    return list;
  }

  MailBody body_;
  MailServer server_;
  MailAddress from_;
  MailAddress to_;
  std::string domain_;
  SnsSubscription subscription_;
};

std::vector<MailAddress> read_recipients(ConfigReader& read) {
  std::vector<MailAddress> list;
  std::vector<std::string> written;
  Diagnostics& out = read.diagnostics();
  if (!read.require("to", written, ListForm::scalar_or_list)) return list;
  const ConfigNode& node = *read.map().find("to");
  if (written.empty() || written.size() > kRecipientsMax)
    report(out, "bad-value", node, "`to` must name 1 to 100 addresses");
  for (std::size_t i = 0; i < written.size(); ++i) {
    const ConfigNode& at =
        node.is_sequence() && node.items.size() == written.size() ? node.items[i] : node;
    auto address = parse_mail_address(written[i]);
    if (!address) {
      report(out, "bad-value", at, "not a mail address", "such as ops@example.com");
      continue;
    }
    const auto same = [&](const MailAddress& a) { return a.address == address->address; };
    if (std::any_of(list.begin(), list.end(), same))
      report(out, "duplicate-value", at, "this address stands twice in `to`");
    else
      list.push_back(std::move(*address));
  }
  return list;
}

// Where mail leaves; missing or wrong: reported at the subscription, since that is what needs it.
std::optional<MailAddress> sender(const ConfigNode& node, const NotifierContext& context,
                                  Diagnostics& out) {
  if (!context.mail) {
    out.error("missing-key", node.where, "an email subscription needs a mail server",
              "add  email: { smtp: \"smtp://mail.example.com:587\", from: tocsin@example.com }");
    return std::nullopt;
  }
  auto from = parse_mail_address(context.mail->from);
  if (!from) out.error("bad-value", node.where, "`email.from` is not a mail address");
  return from;
}

std::vector<Endpoint> make_mail(const std::string& type, MailBody body, const ConfigNode& node,
                                const NotifierContext& context, Diagnostics& out) {
  ConfigReader read(node, type, out);
  Duration retry_for = Endpoint{}.retry_for;
  const std::vector<MailAddress> recipients = read_recipients(read);
  read_common_options(read, retry_for);
  read.finish();
  const auto from = sender(node, context, out);
  if (!from) return {};

  std::vector<Endpoint> endpoints;
  for (const MailAddress& to : recipients) {
    Endpoint endpoint;
    endpoint.id = endpoint_id(context.topic, type, to.address);
    endpoint.label = type + " " + to.address;
    endpoint.retry_for = retry_for;
    endpoint.group = context.mail->smtp_url;
    endpoint.takes_digests = body == MailBody::text_and_html;
    endpoint.notifier =
        std::make_shared<Email>(body, *context.mail, *from, to, mail_domain(context.identity.name),
                                sns_subscription(name_uuid(to.address), context));
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

}  // namespace

std::vector<Endpoint> make_email(const ConfigNode& node, const NotifierContext& context,
                                 Diagnostics& out) {
  return make_mail("email", MailBody::text_and_html, node, context, out);
}

std::vector<Endpoint> make_email_json(const ConfigNode& node, const NotifierContext& context,
                                      Diagnostics& out) {
  return make_mail("email-json", MailBody::json, node, context, out);
}

}  // namespace tocsin
