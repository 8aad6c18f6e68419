// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/daemon_command.hpp"

#include <algorithm>
#include <cstdio>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/time_option.hpp"
#include "daemon/system_clock.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/text.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

const Json* find(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

void DaemonCommand::declare(Options& options) {
  options.flag("--json", json, "one JSON object a line");
  options.value("--socket", socket, "PATH",
                "the daemon's socket (default $TOCSIN_SOCKET, then /run/tocsin/tocsin.sock)");
}

int DaemonCommand::ask(const std::string& method, const std::string& target,
                       const std::function<int(const Json&)>& show) const {
  return send(method, target, {}, show);
}

int DaemonCommand::send(const std::string& method, const std::string& target, const Json& body,
                        const std::function<int(const Json&)>& show) const {
  const std::string text = body.empty() ? "" : json_text(body);
  const Result<Json> answer = ask_for_json(api_socket(socket), method, target, text);
  if (answer) return show(*answer);
  complain(answer.error().text, answer.error().code);
  return kExitNo;
}

std::string pairs_from(const std::vector<std::string>& texts, Json& object) {
  object = Json::object();
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return "\"" + text + "\" is no NAME=VALUE";
    object[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return {};
}

std::string time_from(const char* option, const std::string& text, const char* name, Json& body) {
  if (text.empty()) return {};
  const auto at = parse_time_option(text, SystemClock().now());
  if (!at) return std::string(option) + " takes " + kTimeForms;
  body[name] = format_rfc3339(*at);
  return {};
}

std::string end_from(const std::string& span, const std::string& until, Json& body) {
  if (!span.empty() && !until.empty()) return "either --for or --until";
  if (!span.empty() && !parse_duration(span)) return "--for takes a duration like 30m, 4h or 2d";
  if (!span.empty()) body["for"] = span;
  return time_from("--until", until, "until", body);
}

std::string text_of(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

double number_of(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_number() ? value->get<double>() : 0;
}

bool flag_of(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

const Json& list_of(const Json& object, const char* name) {
  static const Json kNothing = Json::array();
  const Json* value = find(object, name);
  return value != nullptr && value->is_array() ? *value : kNothing;
}

std::optional<Instant> instant_of(const Json& object, const char* name) {
  const std::string text = text_of(object, name);
  return text.empty() ? std::nullopt : parse_rfc3339(text);
}

std::string key_for_people(const Json& holder, const char* member) {
  std::string out;
  const Json* key = find(holder, member);
  if (key == nullptr || !key->is_object()) return out;
  for (const auto& [name, value] : key->items()) {
    if (!out.empty()) out += ", ";
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    out.append(name).append("=").append(text.empty() ? "(none)" : text);
  }
  return out;
}

std::string coloured_state(std::string_view state) {
  const Style style = state == "ALARM" ? Style::red : state == "OK" ? Style::green : Style::yellow;
  return styled(state, style, Stream::standard_output);
}

std::string time_for_people(const std::optional<Instant>& time) {
  if (!time) return "-";
  std::string text = format_rfc3339(*time);
  text[text.find('T')] = ' ';
  return text.substr(0, text.find('.')) + " UTC";
}

std::string age_for_people(const std::optional<Instant>& then, Instant now) {
  return then ? format_span(now - *then) : "-";
}

std::string bytes_for_people(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
  return text;
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = to_one_line(cell);
  rows_.push_back(std::move(cells));
}

// What the last column may take; no limit where nobody looks at lines.
std::size_t Table::last_width(const std::vector<std::size_t>& widths) const {
  constexpr std::size_t kLeast = 16;
  const std::size_t there = terminal_width();
  if (there == 0) return widths.back();
  std::size_t used = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) used += widths[i] > 0 ? widths[i] + 2 : 0;
  return std::min(widths.back(), std::max(kLeast, there > used ? there - used : 0));
}

std::string Table::text(std::size_t styled_column,
                        const std::function<std::string(std::string_view)>& style) const {
  // 0: nothing is said in that column.
  std::vector<std::size_t> widths(rows_[0].size());
  for (std::size_t r = 1; r < rows_.size(); ++r)
    for (std::size_t i = 0; i < rows_[r].size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], count_code_points(rows_[r][i]));
  for (std::size_t i = 0; i < widths.size(); ++i)
    if (widths[i] > 0) widths[i] = std::max(widths[i], count_code_points(rows_[0][i]));
  const std::size_t last_fits = last_width(widths);
  std::string out;
  for (const auto& row : rows_) {
    const bool head = &row == &rows_[0];
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const bool last = i + 1 == widths.size();
      const std::string cell = last ? cut_code_points(row[i], last_fits) : row[i];
      const std::string padding(last ? 0 : widths[i] + 2 - count_code_points(cell), ' ');
      if (head)
        line += styled(cell, Style::bold, Stream::standard_output) + padding;
      else if (i == styled_column && style)
        line += style(cell) + padding;
      else
        line += cell + padding;
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

}  // namespace tocsin
