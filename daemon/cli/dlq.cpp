// SPDX-License-Identifier: Apache-2.0
// tocsin dlq list, show, redrive, purge: messages that were given up.
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/http/api_target.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPath = "/api/v1/dead-letters";
constexpr std::size_t kPage = 200;

std::string whole(const Json& object, const char* name) {
  return std::to_string(static_cast<long long>(number_of(object, name)));
}

const Json& message_of(const Json& letter) {
  static const Json kNothing = Json::object();
  const auto found = letter.find("message");
  return found == letter.end() ? kNothing : *found;
}

// "no answer", or the status of the last attempt.
std::string answer_of(const Json& letter) {
  return number_of(letter, "status") > 0 ? whole(letter, "status") : "-";
}

// Which letters, as list, redrive and purge take it.
struct Choice {
  std::string topic, subscription;

  void declare(Options& options) {
    options.value("--topic", topic, "NAME", "only of this topic");
    options.value("--subscription", subscription, "NAME",
                  "only of this one, as `dlq list` shows it");
  }
};

void add_row(Table& table, const Json& letter) {
  table.add({whole(letter, "id"), text_of(letter, "topic"), text_of(letter, "endpoint"),
             time_for_people(instant_of(letter, "given_up")), whole(letter, "attempts"),
             answer_of(letter), text_of(message_of(letter), "subject"), text_of(letter, "detail")});
}

void add_parameter(std::string& target, const char* name, const std::string& value) {
  if (!value.empty()) target.append("&").append(name).append("=").append(percent_encode(value));
}

// Pages until `most` are shown.
int list(std::span<const std::string> args) {
  DaemonCommand command;
  Choice choice;
  std::optional<std::uint64_t> most;
  Options options("dlq list", "Messages that could not be delivered, the newest first.");
  choice.declare(options);
  options.number("--limit", most, "N", "at most so many (default 100)");
  command.declare(options);
  options.footer("They are kept for 14 days.");
  if (const auto code = options.parse(args)) return *code;
  if (most == 0) return options.usage_error("--limit is at least 1");
  Output out;
  Table table({"ID", "TOPIC", "SUBSCRIPTION", "GIVEN UP", "ATTEMPTS", "ANSWER", "MESSAGE", "WHY"});
  std::string next;
  std::size_t shown = 0;
  const auto limit = static_cast<std::size_t>(most.value_or(100));
  do {
    std::string target =
        std::string(kPath) + "?limit=" + std::to_string(std::min(kPage, limit - shown));
    add_parameter(target, "topic", choice.topic);
    add_parameter(target, "subscription", choice.subscription);
    add_parameter(target, "after", next);
    const int code = command.ask("GET", target, [&](const Json& page) {
      for (const Json& letter : list_of(page, "dead_letters")) {
        ++shown;
        if (command.json)
          out.json_line(letter);
        else
          add_row(table, letter);
      }
      next = text_of(page, "next");
      return kExitOk;
    });
    if (code != kExitOk) return code;
  } while (!next.empty() && shown < limit);
  if (!command.json) out.write(shown == 0 ? "no dead letters\n" : table.text());
  return kExitOk;
}

void show_letter(const Json& letter) {
  Output out;
  const Json& message = message_of(letter);
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.write(name, one_line(value), "\n");
  };
  line("dead letter   ", whole(letter, "id"));
  line("message       ", text_of(message, "subject"));
  line("              ", text_of(message, "summary"));
  line("message id    ", text_of(letter, "message_id"));
  line("topic         ", text_of(letter, "topic"));
  line("subscription  ", text_of(letter, "endpoint"));
  line("made          ", time_for_people(instant_of(letter, "created")));
  line("given up      ", time_for_people(instant_of(letter, "given_up")));
  line("attempts      ", whole(letter, "attempts"));
  line("last answer   ", answer_of(letter));
  line("why           ", text_of(letter, "detail"));
  out.write("\n", printable(message.dump(2, ' ', false, Json::error_handler_t::replace)), "\n");
}

int show(std::span<const std::string> args) {
  DaemonCommand command;
  std::string id;
  Options options("dlq show", "One dead letter with its message.");
  options.positional("ID", id, "as `dlq list` shows it", Options::Need::required);
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  return command.ask("GET", std::string(kPath) + "/" + percent_encode(id), [&](const Json& letter) {
    if (command.json)
      Output().json_line(letter);
    else
      show_letter(letter);
    return kExitOk;
  });
}

// What redrive and purge have in common. Exit 1 if some were left.
int settle(std::span<const std::string> args, const char* verb, const char* summary,
           const char* done) {
  DaemonCommand command;
  Choice choice;
  std::vector<std::string> ids;
  bool all = false;
  Options options(std::string("dlq ") + verb, summary);
  options.positionals("ID", ids, "as `dlq list` shows them");
  choice.declare(options);
  options.flag("--all", all, "all there are");
  command.declare(options);
  if (const auto code = options.parse(args)) return *code;
  const bool chosen = !choice.topic.empty() || !choice.subscription.empty();
  if (ids.empty() && !chosen && !all)
    return options.usage_error("IDs, --topic, --subscription or --all are wanted");
  if (!ids.empty() && (chosen || all)) return options.usage_error("IDs stand alone");
  Json body = Json::object();
  for (const std::string& id : ids) {
    if (id.empty() || id.size() > 18 || id.find_first_not_of("0123456789") != std::string::npos)
      return options.usage_error("\"" + id + "\" is no ID; they are numbers");
    body["ids"].push_back(std::stoll(id));
  }
  if (!choice.topic.empty()) body["topic"] = choice.topic;
  if (!choice.subscription.empty()) body["subscription"] = choice.subscription;
  if (all) body["all"] = true;
  return command.send("POST", std::string(kPath) + "/" + verb, body, [&](const Json& answer) {
    Output out;
    const bool left = number_of(answer, "left") > 0;
    if (command.json)
      out.json_line(answer);
    else
      out.write(done, whole(answer, "concerned"),
                left ? "; left: " + whole(answer, "left") + ", as " +
                           one_line(text_of(answer, "left_because"))
                     : "",
                "\n");
    return left ? kExitNo : kExitOk;
  });
}

int redrive(std::span<const std::string> args) {
  return settle(args, "redrive",
                "Sends dead letters again: a new series of attempts, under the same message id.",
                "to be sent again: ");
}

int purge(std::span<const std::string> args) {
  return settle(args, "purge", "Throws dead letters away.", "thrown away: ");
}

constexpr Verb kVerbs[] = {
    {"list", "[--topic NAME] [--subscription NAME]", "what could not be delivered, and why", list},
    {"show", "ID", "one of them, with its message", show},
    {"redrive", "ID...|--topic NAME|--all", "sends them again", redrive},
    {"purge", "ID...|--topic NAME|--all", "throws them away", purge},
};

}  // namespace

int run_dlq(std::span<const std::string> args) {
  return run_verb("dlq", "Messages that could not be delivered.", kVerbs, args);
}

}  // namespace tocsin
