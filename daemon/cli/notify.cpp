// SPDX-License-Identifier: Apache-2.0
// tocsin notify test TOPIC: sends a test message to every endpoint of a topic. Exit 0 if all of
// them took it.
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/http/api_target.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string coloured(std::string_view state) {
  const Style style = state == "delivered" ? Style::green
                      : state == "dead"    ? Style::red
                                           : Style::yellow;
  return styled(state, style, Stream::standard_output);
}

int show(const Json& deliveries, bool json, const std::string& topic) {
  Output out;
  if (json)
    for (const Json& d : deliveries) out.json_line(d);
  Table table({"RESULT", "ENDPOINT", "DETAIL"});
  for (const Json& d : deliveries)
    table.add({text_of(d, "state"), text_of(d, "endpoint"), text_of(d, "detail")});
  if (!json && !deliveries.empty()) out.write(table.text(0, coloured));
  if (deliveries.empty()) complain("topic \"" + topic + "\" has no subscription", "no-endpoint");
  const bool all = std::all_of(deliveries.begin(), deliveries.end(),
                               [](const Json& d) { return text_of(d, "state") == "delivered"; });
  return all && !deliveries.empty() ? kExitOk : kExitNo;
}

}  // namespace

int run_notify(std::span<const std::string> args) {
  DaemonCommand command;
  std::string verb, topic;
  Options options("notify", "Sends a test message to every endpoint of a topic.");
  options.positional("VERB", verb, "test", Options::Need::required);
  options.positional("TOPIC", topic, "as named in the configuration", Options::Need::required);
  command.declare(options);
  options.footer("Exit 0 if every endpoint took the message, else 1.");
  if (const auto code = options.parse(args)) return *code;
  if (verb != "test")
    return options.usage_error("`notify " + verb + "` is not known; there is: test");
  return command.ask(
      "POST", "/api/v1/notify/" + percent_encode(topic) + "/test",
      [&](const Json& answer) { return show(list_of(answer, "deliveries"), command.json, topic); });
}

}  // namespace tocsin
