// SPDX-License-Identifier: Apache-2.0
// tocsin status: what the running daemon is doing, and what is wrong. Exit 0 if it is ready.
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kIndent = "             ";  // below the values of the first lines

std::string count_text(const Json& object, const char* name) {
  return std::to_string(static_cast<long long>(number_of(object, name)));
}

std::string verdict(const Json& status) {
  if (flag_of(status, "ready")) return styled("ready", Style::green, Stream::standard_output);
  return styled("not ready", Style::red, Stream::standard_output) + ": " +
         text_of(status, "not_ready_because");
}

std::string alarm_line(const Json& states, const std::string& attention) {
  const std::string red = count_text(states, "ALARM") + " in ALARM";
  return (number_of(states, "ALARM") > 0 ? styled(red, Style::red, Stream::standard_output) : red) +
         attention + ", " + count_text(states, "OK") + " OK, " +
         count_text(states, "INSUFFICIENT_DATA") + " INSUFFICIENT_DATA";
}

// " (1 held, 2 acknowledged)": of what is in ALARM.
std::string attention_text(const Json& status) {
  const auto found = status.find("attention");
  if (found == status.end() || !found->is_object()) return {};
  std::string out;
  const std::string least = flag_of(*found, "complete") ? "" : "at least ";
  for (const auto& [name, word] : {std::pair{"held", " muted"},
                                   {"acknowledged", " acknowledged"},
                                   {"disabled", " with actions off"}})
    if (number_of(*found, name) > 0)
      out += (out.empty() ? "" : ", ") + least + count_text(*found, name) + word;
  return out.empty() ? "" : " (" + out + ")";
}

// "2 silences, 1 mute window"; "" for none.
std::string mutes_text(const Json& status) {
  const auto found = status.find("attention");
  if (found == status.end() || !found->is_object()) return {};
  std::string out;
  for (const auto& [name, word] :
       {std::pair{"silences", " silence"}, {"mute_windows", " mute window"}})
    if (const double n = number_of(*found, name); n > 0)
      out += (out.empty() ? "" : ", ") + count_text(*found, name) + word + (n == 1 ? "" : "s");
  return out;
}

std::string outbox_line(const Json& outbox, Instant now) {
  std::string line = count_text(outbox, "waiting") + " waiting";
  if (const auto oldest = instant_of(outbox, "oldest"))
    line += ", the oldest for " + age_for_people(oldest, now);
  if (number_of(outbox, "held") > 0) line += ", " + count_text(outbox, "held") + " for a digest";
  const std::string dead = count_text(outbox, "dead_letters");
  line += "; " + dead + (dead == "1" ? " dead letter" : " dead letters");
  if (number_of(outbox, "overflows") > 0)
    line += "; " + count_text(outbox, "overflows") + " found it full";
  return line;
}

void show_groups(Output& out, const Json& status, Instant now) {
  Table table({"LOG GROUP", "EVENTS", "READ", "MATCHED", "REPEATS", "DROPPED LATE", "BEHIND", ""});
  for (const Json& g : list_of(status, "log_groups"))
    table.add({text_of(g, "log_group"), count_text(g, "events"),
               bytes_for_people(number_of(g, "bytes")), count_text(g, "matched"),
               count_text(g, "repeats"), count_text(g, "dropped_late"),
               age_for_people(instant_of(g, "watermark"), now),
               flag_of(g, "unreadable")     ? "cannot be read: see tocsin streams"
               : flag_of(g, "partial_data") ? "partial data: a stream is stalled"
                                            : ""});
  out.write("\n", table.text());
  for (const Json& g : list_of(status, "log_groups"))
    if (const std::string example = text_of(g, "dropped_example"); !example.empty())
      out.write("The last event of ", text_of(g, "log_group"),
                " that was too late to be judged: ", one_line(example), "\n");
}

// Diagnostics have lines of their own.
std::string indented(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
    text.insert(at + 1, kIndent);
  return text;
}

// Only those that fail: that the others work is no news.
void show_channels(Output& out, const Json& status, Instant now) {
  for (const Json& channel : list_of(status, "channels"))
    out.write(
        "  channel    ",
        styled(one_line(text_of(channel, "subscription")), Style::red, Stream::standard_output),
        " of topic ", text_of(channel, "topic"), " fails for ",
        age_for_people(instant_of(channel, "failing_since"), now), ": ",
        one_line(text_of(channel, "detail")), "\n");
}

void show_dead_men(Output& out, const Json& status) {
  for (const Json& d : list_of(status, "dead_man")) {
    const std::string withheld = text_of(d, "withheld"), failure = text_of(d, "failure");
    if (withheld.empty() && failure.empty()) continue;
    const std::string what =
        withheld.empty() ? "cannot be pinged: " + failure : "is not pinged: " + withheld;
    out.write("  dead man   ", one_line(text_of(d, "to")), " of topic ", text_of(d, "topic"), " ",
              styled(one_line(what), Style::red, Stream::standard_output), "\n");
  }
}

void show_dropped_keys(Output& out, const Json& status) {
  const auto dropped = status.find("keys_dropped");
  if (dropped == status.end() || !dropped->is_object()) return;
  for (const auto& [alarm, keys] : dropped->items())
    out.write(
        "  keys       ", count_text(*dropped, alarm.c_str()), " of ", one_line(alarm), " ",
        styled("gave way while their samples still counted", Style::red, Stream::standard_output),
        ": raise its max_keys\n");
}

void show(const Json& status) {
  Output out;
  const Instant now = instant_of(status, "now").value_or(kNoTime);
  static const Json kNothing = Json::object();
  const Json& states = status.contains("alarms") ? status["alarms"] : kNothing;
  const Json& outbox = status.contains("outbox") ? status["outbox"] : kNothing;
  out.write("tocsind ", text_of(status, "version"), " (pid ", count_text(status, "pid"),
            "): ", verdict(status), "\n");
  out.write("  up         ", age_for_people(instant_of(status, "started_at"), now), "\n");
  out.write("  config     ", text_of(status, "config_file"), "\n");
  if (const std::string why = text_of(status, "reload_error"); !why.empty())
    out.write(kIndent,
              styled("the newest configuration was refused", Style::red, Stream::standard_output),
              ":\n", kIndent, indented(why), "\n");
  out.write("  alarms     ", alarm_line(states, attention_text(status)), "\n");
  if (const std::string mutes = mutes_text(status); !mutes.empty())
    out.write("  active     ", mutes, "\n");
  show_dropped_keys(out, status);
  out.write("  outbox     ", outbox_line(outbox, now), "\n");
  for (const Json& label : list_of(status, "disabled_subscriptions"))
    if (label.is_string())
      out.write("  disabled   ",
                styled(one_line(label.get<std::string>()), Style::red, Stream::standard_output),
                " said that it is gone (HTTP 410): tocsin topics enable\n");
  show_channels(out, status, now);
  show_dead_men(out, status);
  if (!flag_of(status, "disk_reserve_held"))
    out.write("  disk       ",
              styled("the state's disk is (nearly) full", Style::red, Stream::standard_output),
              "\n");
  show_groups(out, status, now);
}

}  // namespace

int run_status(std::span<const std::string> args) {
  DaemonCommand command;
  Options options("status", "Says what the running daemon is doing, and whether it is ready.");
  command.declare(options);
  options.footer("Exit 0 if the daemon is ready, 1 if it is not or does not answer.");
  if (const auto code = options.parse(args)) return *code;
  return command.ask("GET", "/api/v1/status", [&](const Json& status) {
    if (command.json)
      Output().json_line(status);
    else
      show(status);
    return flag_of(status, "ready") ? kExitOk : kExitNo;
  });
}

}  // namespace tocsin
