// SPDX-License-Identifier: Apache-2.0
// What the commands that ask the running daemon have in common.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/options.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// --json and --socket, and the question.
struct DaemonCommand {
  bool json = false;
  std::optional<std::string> socket;

  void declare(Options& options);
  // Asks and hands the answer to `show`; says what went wrong otherwise. Returns the exit code.
  int ask(const std::string& method, const std::string& target,
          const std::function<int(const nlohmann::ordered_json&)>& show) const;
  // The same with a body.
  int send(const std::string& method, const std::string& target, const nlohmann::ordered_json& body,
           const std::function<int(const nlohmann::ordered_json&)>& show) const;
};

// "NAME=VALUE" each, into an object. Returns what is wrong with one, or "".
std::string pairs_from(const std::vector<std::string>& texts, nlohmann::ordered_json& object);
// --for or --until into `for` or `until`; nothing if neither was given. Returns what is wrong, or
// "".
std::string end_from(const std::string& span, const std::string& until,
                     nlohmann::ordered_json& body);
// A time as typed, into the member `name`; nothing for none. Returns what is wrong, or "".
std::string time_from(const char* option, const std::string& text, const char* name,
                      nlohmann::ordered_json& body);

// The members of a JSON answer, whatever it holds: "" and nothing for what is not there.
std::string text_of(const nlohmann::ordered_json& object, const char* name);
double number_of(const nlohmann::ordered_json& object, const char* name);
bool flag_of(const nlohmann::ordered_json& object, const char* name);
const nlohmann::ordered_json& list_of(const nlohmann::ordered_json& object, const char* name);
std::optional<Instant> instant_of(const nlohmann::ordered_json& object, const char* name);

// The member "key", {"account":"1111"}, as "account=1111"; "" for none.
std::string key_for_people(const nlohmann::ordered_json& holder, const char* member = "key");
// ALARM red, OK green, INSUFFICIENT_DATA yellow.
std::string coloured_state(std::string_view state);
// "2026-03-14 11:41:02 UTC"; "-" for none.
std::string time_for_people(const std::optional<Instant>& time);
// "3 min 12 s" from then to now, "-" for none.
std::string age_for_people(const std::optional<Instant>& then, Instant now);
// Bytes as "1.5 GiB".
std::string bytes_for_people(double bytes);

// Columns aligned to their widest cell; on a terminal the last one is cut to what fits, and the
// head is bold. Columns without a cell that says something are left out. Cells are made safe for a
// terminal: what came from outside holds no control characters afterwards.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> cells);
  // `style` colours the cells of one column.
  std::string text(std::size_t styled_column = kNone,
                   const std::function<std::string(std::string_view)>& style = {}) const;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

 private:
  std::size_t last_width(const std::vector<std::size_t>& widths) const;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tocsin
