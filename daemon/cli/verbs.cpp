// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/verbs.hpp"

#include <algorithm>
#include <vector>

#include "daemon/cli/command.hpp"
#include "daemon/cli/terminal.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

std::vector<std::string_view> names_of(std::span<const Verb> verbs) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs) names.push_back(verb.name);
  return names;
}

void print_help(std::string_view command, std::string_view summary, std::span<const Verb> verbs) {
  std::size_t width = 0;
  for (const Verb& v : verbs) width = std::max(width, v.name.size() + 1 + v.synopsis.size());
  Output out;
  out.write(summary, "\nUsage: tocsin ", command, " VERB [OPTIONS]\n\n");
  for (const Verb& v : verbs) {
    const std::size_t used = v.name.size() + 1 + v.synopsis.size();
    out.write("  ", v.name, " ", v.synopsis, std::string(width - used + 2, ' '), v.summary, "\n");
  }
  out.write("\n`tocsin ", command, " VERB --help` shows the options of a verb.\n");
}

}  // namespace

int run_verb(std::string_view command, std::string_view summary, std::span<const Verb> verbs,
             std::span<const std::string> args) {
  if (!args.empty() && (args[0] == "--help" || args[0] == "-h")) {
    print_help(command, summary, verbs);
    return kExitOk;
  }
  const auto names = names_of(verbs);
  const std::string known = "there are: " + list_names(names);
  const auto is_verb = [&](const std::string& word) {
    return std::find(names.begin(), names.end(), word) != names.end();
  };
  // Options may stand before the verb.
  const auto at = std::find_if(args.begin(), args.end(), is_verb);
  if (at != args.end() && (at == args.begin() || args[0].starts_with("-"))) {
    std::vector<std::string> rest(args.begin(), at);
    rest.insert(rest.end(), at + 1, args.end());
    const auto verb = std::find(names.begin(), names.end(), *at) - names.begin();
    return verbs[static_cast<std::size_t>(verb)].run(rest);
  }
  if (args.empty()) {
    complain("`tocsin " + std::string(command) + "` needs a verb; " + known);
    return kExitUsage;
  }
  complain("`" + std::string(command) + " " + args[0] + "` is not known; " + known);
  if (const std::string meant = did_you_mean(args[0], names); !meant.empty()) hint(meant);
  return kExitUsage;
}

}  // namespace tocsin
