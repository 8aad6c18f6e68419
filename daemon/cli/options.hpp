// SPDX-License-Identifier: Apache-2.0
// Options of one command, declared against the variables that they fill:
//
//   Options options("match", "Prints the events that match PATTERN.");
//   options.flag("-c,--count", count, "print only how many");
//   options.positional("PATTERN", pattern, "a filter pattern", Options::Need::required);
//   if (const auto code = options.parse(args)) return *code;
//
// The only place that sees the option parser. Variables must outlive parse().
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

class Options {
 public:
  enum class Need { optional, required };

  // `command`: as typed after `tocsin`, a second word ("notify test") included; or "tocsind".
  Options(std::string_view command, const std::string& description);
  ~Options();

  void flag(const std::string& names, bool& target, const std::string& help);
  void value(const std::string& names, std::string& target, const std::string& type,
             const std::string& help);
  void value(const std::string& names, std::optional<std::string>& target, const std::string& type,
             const std::string& help);
  // A number from 0.
  void number(const std::string& names, std::optional<std::uint64_t>& target,
              const std::string& type, const std::string& help);
  void choice(const std::string& names, std::string& target,
              const std::vector<std::string>& allowed, const std::string& help);
  // May be given several times, each with one value or (Many::values) several.
  enum class Many { occurrences, values };
  void list(const std::string& names, std::vector<std::string>& target, const std::string& type,
            const std::string& help, Many many = Many::occurrences);
  void positional(const std::string& name, std::string& target, const std::string& help,
                  Need need = Need::optional);
  void positionals(const std::string& name, std::vector<std::string>& target,
                   const std::string& help, Need need = Need::optional);
  // Printed below the options of --help: examples.
  void footer(const std::string& text);

  // Nothing: go on. Otherwise the exit code: 0 after --help, 2 after a complaint on stderr.
  std::optional<int> parse(std::span<const std::string> args);
  // Says what is wrong with the options as a whole; returns 2.
  int usage_error(const std::string& text) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tocsin
