// SPDX-License-Identifier: Apache-2.0
// exec: { command, environment, timeout, format, retry_for }: a program of this host with the
// message on its standard input.
#include <algorithm>

#include "notifiers/channels.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/payload_format.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kArgumentsMax = 64;
constexpr std::size_t kArgumentBytesMax = 4096;
constexpr std::size_t kEnvironmentMax = 32;
constexpr int kTryAgain = 75;  // EX_TEMPFAIL of sysexits.h

struct Options {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, Secret>> environment;
  Duration timeout{seconds{15}};
  const PayloadFormat* format = nullptr;
  SnsSubscription subscription;
};

std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of("\r\n\t ");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

class Exec final : public Notifier {
 public:
  explicit Exec(Options options) : options_(std::move(options)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    ExecRequest out;
    out.command = options_.command;
    out.environment = {{"PATH", Secret("/usr/local/bin:/usr/bin:/bin")},
                       {"LANG", Secret("C.UTF-8")},
                       {"TOCSIN_ATTEMPT", Secret(std::to_string(attempt.number))}};
    const auto tell = [&](const char* name, std::string_view value) {
      out.environment.emplace_back(name, Secret(truncate(one_line(value), kValueMax)));
    };
    tell("TOCSIN_ALARM", n.transition.alarm);
    tell("TOCSIN_STATE", to_string(n.transition.to));
    tell("TOCSIN_SEVERITY", to_string(n.severity));
    tell("TOCSIN_TOPIC", n.topic);
    tell("TOCSIN_MESSAGE_ID", n.message_id);
    out.environment.insert(out.environment.end(), options_.environment.begin(),
                           options_.environment.end());
    out.input = options_.format->body(n, attempt, options_.subscription);
    out.input += '\n';
    out.timeout = options_.timeout;
    return out;
  }

  Delivery outcome(const Response& answer, Instant) const override {
    Delivery result;
    result.detail = failure_text(answer, options_.command.front());
    if (answer.status >= 200 && answer.status <= 299) {
      result.outcome = Delivery::Outcome::delivered;
      return result;
    }
    const bool may_succeed = answer.exit_code ? *answer.exit_code == kTryAgain
                                              : answer.failure != Response::Failure::refused_target;
    result.outcome = may_succeed ? Delivery::Outcome::retry : Delivery::Outcome::rejected;
    if (answer.exit_code) result.detail += ": exit code " + std::to_string(*answer.exit_code);
    const std::string said = quote_words(without_secrets(last_line(answer.body)));
    if (!said.empty()) result.detail += ": " + said;
    return result;
  }

 private:
  static constexpr std::size_t kValueMax = 1000;

  std::string without_secrets(std::string text) const {
    for (const auto& [name, value] : options_.environment) {
      if (value.empty()) continue;
      for (std::size_t at = text.find(value.reveal()); at != std::string::npos;
           at = text.find(value.reveal(), at))
        text.replace(at, value.reveal().size(), "...");
    }
    return text;
  }

  Options options_;
};

bool is_argument(const std::string& text) {
  return text.size() <= kArgumentBytesMax && text.find('\0') == std::string::npos;
}

void check_argument(const ConfigNode& at, const std::string& text, Diagnostics& out) {
  if (text.find("${credential:") != std::string::npos)
    report(out, "secret-in-arguments", at, "every process can read the arguments of a command",
           "put the credential under `environment`");
  else if (!is_argument(text))
    report(out, "bad-value", at, "an argument has at most 4096 bytes and no null byte");
}

void read_command(ConfigReader& read, std::vector<std::string>& command) {
  Diagnostics& out = read.diagnostics();
  std::vector<std::string> written;
  if (!read.require("command", written, ListForm::scalar_or_list)) return;
  const ConfigNode& node = *read.map().find("command");
  const std::size_t faults = out.list().size();
  if (written.empty() || written.size() > kArgumentsMax)
    report(out, "bad-value", node, "`command` must be a program and at most 63 arguments");
  else if (!written.front().starts_with('/') || written.front().ends_with('/'))
    report(out, "bad-value", node, "`command` must begin with the absolute path of a program",
           "[/usr/local/bin/page, --team, ops]; no shell reads it");
  for (std::size_t i = 0; i < written.size(); ++i)
    check_argument(node.is_sequence() && i < node.items.size() ? node.items[i] : node, written[i],
                   out);
  if (out.list().size() == faults) command = std::move(written);
}

bool is_variable_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && !name.starts_with("TOCSIN_") &&
         std::all_of(name.begin(), name.end(), is_word);
}

void read_environment(ConfigReader& read, const NotifierContext& context, Options& options) {
  const ConfigNode* node = read.find("environment");
  if (node == nullptr) return;
  Diagnostics& out = read.diagnostics();
  if (!node->is_map()) {
    config::wrong_type(*node, "environment", "a map of texts", out);
    return;
  }
  if (node->entries.size() > kEnvironmentMax)
    report(out, "bad-value", *node, "`environment` may have at most 32 entries");
  for (const auto& [name, value] : node->entries) {
    if (!is_variable_name(name.scalar))
      report(out, "bad-value", name, "`" + name.scalar + "` cannot be set as a variable",
             "a-z A-Z 0-9 _, not beginning with a digit or TOCSIN_");
    auto text = resolve(value, "environment." + name.scalar, context, out);
    if (!text) continue;
    if (!is_argument(text->reveal()))
      report(out, "bad-value", value, "a variable has at most 4096 bytes and no null byte");
    options.environment.emplace_back(name.scalar, std::move(*text));
  }
}

// The arguments tell apart two subscriptions of one program; what they are is nobody's business.
std::string target_name(const std::vector<std::string>& command) {
  if (command.size() == 1) return command.front();
  std::string all;
  for (const std::string& argument : command) all.append(argument).append(1, '\0');
  return command.front() + "/" + name_hash(all);
}

}  // namespace

std::vector<Endpoint> make_exec(const ConfigNode& node, const NotifierContext& context,
                                Diagnostics& out) {
  ConfigReader read(node, "exec", out);
  Endpoint endpoint;
  Options options;
  read_command(read, options.command);
  read_environment(read, context, options);
  read.optional("timeout", options.timeout, Bounds<Duration>{seconds{1}, minutes{10}});
  options.format = read_format(read, context);
  read_common_options(read, endpoint.retry_for);
  read.finish();
  if (options.command.empty()) return {};
  endpoint.id = endpoint_id(context.topic, "exec", target_name(options.command));
  endpoint.label = "exec " + options.command.front();
  options.subscription = sns_subscription(name_uuid(endpoint.id), context);
  limit_to_format(endpoint, *options.format);
  endpoint.notifier = std::make_shared<Exec>(std::move(options));
  return {std::move(endpoint)};
}

}  // namespace tocsin
