// SPDX-License-Identifier: Apache-2.0
// tocsin topics list, show, subscribe, confirm, unsubscribe, enable.
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/http/api_target.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTopics = "/api/v1/topics";
constexpr const char* kSubscriptions = "/api/v1/subscriptions/";

// "arn:aws:sns:us-east-1:000000000000:ops:ID" or ID alone.
std::string id_of(const std::string& arn) { return arn.substr(arn.rfind(':') + 1); }

std::string count_of(const Json& topic, std::string_view state) {
  std::size_t count = 0;
  for (const Json& s : list_of(topic, "subscriptions")) count += text_of(s, "state") == state;
  return count == 0 ? "" : std::to_string(count);
}

int list(std::span<const std::string> args) {
  DaemonCommand command;
  Options options("topics list", "Topics with how many subscriptions they have.");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.ask("GET", kTopics, [&](const Json& answer) {
    Output out;
    Table table({"TOPIC", "CONFIRMED", "PENDING", "DISABLED", "ARN"});
    for (const Json& topic : list_of(answer, "topics")) {
      if (command.json)
        out.json_line(topic);
      else
        table.add({text_of(topic, "name"), count_of(topic, "confirmed"),
                   count_of(topic, "pending confirmation"), count_of(topic, "disabled"),
                   text_of(topic, "arn")});
    }
    if (!command.json) out.write(list_of(answer, "topics").empty() ? "no topics\n" : table.text());
    return kExitOk;
  });
}

int show(std::span<const std::string> args) {
  DaemonCommand command;
  std::string name;
  Options options("topics show", "The subscriptions of a topic.");
  options.positional("TOPIC", name, "as named in the configuration", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.ask(
      "GET", std::string(kTopics) + "/" + percent_encode(name), [&](const Json& topic) {
        Output out;
        if (command.json) {
          out.json_line(topic);
          return kExitOk;
        }
        Table table({"SUBSCRIPTION", "STATE", "FROM", "BY", "ID", "WHY"});
        for (const Json& s : list_of(topic, "subscriptions"))
          table.add({text_of(s, "endpoint"), text_of(s, "state"), text_of(s, "origin"),
                     text_of(s, "author"), text_of(s, "id"), text_of(s, "detail")});
        out.write(one_line(text_of(topic, "arn")), "\n\n",
                  list_of(topic, "subscriptions").empty() ? "no subscriptions\n" : table.text());
        return kExitOk;
      });
}

int show_answer(const DaemonCommand& command, const Json& answer) {
  Output out;
  if (command.json)
    out.json_line(answer);
  else
    out.write(one_line(text_of(answer, "SubscriptionArn")), ": ",
              one_line(text_of(answer, "state")), "\n");
  return kExitOk;
}

int subscribe(std::span<const std::string> args) {
  DaemonCommand command;
  std::string topic, url, filter, scope;
  bool raw = false, authenticate = false;
  Options options(
      "topics subscribe",
      "Asks an endpoint by HTTP or HTTPS to get the messages of a topic, as SNS does: it "
      "must confirm by the link that it is sent.");
  options.positional("TOPIC", topic, "as named in the configuration", Options::Need::required);
  options.positional("URL", url, "of the endpoint; a public address", Options::Need::required);
  options.flag("--raw", raw, "messages without SNS' envelope");
  options.value("--filter", filter, "JSON", "an SNS filter policy");
  options.choice("--filter-scope", scope, {"MessageBody", "MessageAttributes"},
                 "what the filter looks at");
  options.flag("--authenticate-on-unsubscribe", authenticate,
               "the link in messages does not end it");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  Json body{{"url", url}, {"raw", raw}, {"authenticate_on_unsubscribe", authenticate}};
  if (!filter.empty()) body["filter"] = filter;
  if (!scope.empty()) body["filter_scope"] = scope;
  return command.send("POST", std::string(kTopics) + "/" + percent_encode(topic) + "/subscriptions",
                      body, [&](const Json& answer) { return show_answer(command, answer); });
}

int confirm(std::span<const std::string> args) {
  DaemonCommand command;
  std::string topic, token;
  Options options("topics confirm", "Confirms a subscription by the token that its endpoint got.");
  options.positional("TOPIC", topic, "as named in the configuration", Options::Need::required);
  options.positional("TOKEN", token, "of the message SubscriptionConfirmation",
                     Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.send("POST", std::string(kTopics) + "/" + percent_encode(topic) + "/confirm",
                      Json{{"token", token}},
                      [&](const Json& answer) { return show_answer(command, answer); });
}

int unsubscribe(std::span<const std::string> args) {
  DaemonCommand command;
  std::string id;
  Options options("topics unsubscribe", "Ends a subscription that was made at run time.");
  options.positional("ID", id, "of the subscription, or its ARN", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.send("DELETE", kSubscriptions + percent_encode(id_of(id)), {},
                      [&](const Json& answer) { return show_answer(command, answer); });
}

int enable(std::span<const std::string> args) {
  DaemonCommand command;
  std::string id;
  Options options("topics enable",
                  "Sends to a subscription again that answered 410 (gone). A reload does so too.");
  options.positional("ID", id, "of the subscription, or its ARN", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.send("POST", kSubscriptions + percent_encode(id_of(id)) + "/enable", {},
                      [&](const Json& answer) {
                        Output out;
                        if (command.json)
                          out.json_line(answer);
                        else
                          out.write("enabled; `tocsin dlq redrive` sends what it has missed\n");
                        return kExitOk;
                      });
}

constexpr Verb kVerbs[] = {
    {"list", "", "all topics", list},
    {"show", "TOPIC", "the subscriptions of one", show},
    {"subscribe", "TOPIC URL", "asks an endpoint to confirm that it wants the messages", subscribe},
    {"confirm", "TOPIC TOKEN", "confirms for it", confirm},
    {"unsubscribe", "ID", "ends a subscription made at run time", unsubscribe},
    {"enable", "ID", "takes up one again that said it was gone", enable},
};

}  // namespace

int run_topics(std::span<const std::string> args) {
  return run_verb("topics", "Topics and their subscriptions.", kVerbs, args);
}

}  // namespace tocsin
