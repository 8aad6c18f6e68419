// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/terminal.hpp"

namespace tocsin {

struct Options::Parser {
  explicit Parser(std::string_view command, const std::string& description)
      : app(description, name_of_program(command)) {}
  // The daemon is a program of its own, everything else a command of `tocsin`.
  static std::string name_of_program(std::string_view command) {
    return (command == "tocsind" ? "" : "tocsin ") + std::string(command);
  }
  CLI::App app;
};

Options::Options(std::string_view command, const std::string& description)
    : parser_(std::make_unique<Parser>(command, description)) {
  parser_->app.get_formatter()->column_width(30);
}
Options::~Options() = default;

void Options::flag(const std::string& names, bool& target, const std::string& help) {
  parser_->app.add_flag(names, target, help);
}

void Options::value(const std::string& names, std::string& target, const std::string& type,
                    const std::string& help) {
  parser_->app.add_option(names, target, help)->type_name(type);
}

void Options::value(const std::string& names, std::optional<std::string>& target,
                    const std::string& type, const std::string& help) {
  parser_->app.add_option(names, target, help)->type_name(type);
}

void Options::number(const std::string& names, std::optional<std::uint64_t>& target,
                     const std::string& type, const std::string& help) {
  parser_->app.add_option(names, target, help)->type_name(type)->check(CLI::NonNegativeNumber, "");
}

void Options::choice(const std::string& names, std::string& target,
                     const std::vector<std::string>& allowed, const std::string& help) {
  std::string type;
  for (const std::string& word : allowed) type += (type.empty() ? "" : "|") + word;
  const auto is_allowed = [allowed, type](const std::string& word) {
    const bool known = std::find(allowed.begin(), allowed.end(), word) != allowed.end();
    return known ? std::string() : "\"" + word + "\" is none of " + type;
  };
  parser_->app.add_option(names, target, help)->type_name(type)->check(is_allowed, "");
}

void Options::list(const std::string& names, std::vector<std::string>& target,
                   const std::string& type, const std::string& help, Many many) {
  CLI::Option* option = parser_->app.add_option(names, target, help)->type_name(type);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  option->expected(1, many == Many::values ? CLI::detail::expected_max_vector_size : 1);
  // Without this each occurrence would take every word that follows, file operands included.
  if (many == Many::occurrences) option->allow_extra_args(false);
}

void Options::positional(const std::string& name, std::string& target, const std::string& help,
                         Need need) {
  CLI::Option* option = parser_->app.add_option(name, target, help)->type_name("");
  option->required(need == Need::required);
}

void Options::positionals(const std::string& name, std::vector<std::string>& target,
                          const std::string& help, Need need) {
  CLI::Option* option = parser_->app.add_option(name, target, help)->type_name("");
  option->required(need == Need::required);
}

void Options::footer(const std::string& text) { parser_->app.footer(text); }

std::optional<int> Options::parse(std::span<const std::string> args) {
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    parser_->app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    Output().write(parser_->app.help());
    return kExitOk;
  } catch (const CLI::ExtrasError&) {
    std::string extras;
    for (const std::string& word : parser_->app.remaining()) extras += " " + word;
    return usage_error("not expected:" + extras);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  return std::nullopt;
}

int Options::usage_error(const std::string& text) const {
  complain(text);
  hint("`" + parser_->app.get_name() + " --help` shows what it takes");
  return kExitUsage;
}

}  // namespace tocsin
