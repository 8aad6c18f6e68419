// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/match_output.hpp"

#include <nlohmann/json.hpp>

#include "daemon/cli/terminal.hpp"

namespace tocsin {
namespace {

// As grep colours them.
constexpr std::string_view kNameColour = "\x1b[35m", kNumberColour = "\x1b[32m";
constexpr std::string_view kMatchColour = "\x1b[1;31m";
constexpr std::string_view kPlain = "\x1b[0m";

void append_place(const MatchStyle& style, std::string_view colour, std::string_view what,
                  std::string& out) {
  if (style.colour) out += colour;
  out += what;
  if (style.colour) out += kPlain;
}

// What an event says must not move the cursor or rename the window.
void append_escaped(std::string_view text, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7f) || c == '\t' || c == '\n')
      out += c;
    else
      ((out += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
}

void append_message(const MatchStyle& style, const FoundEvent& event, std::string& out) {
  const auto append = [&](std::string_view text) {
    if (style.escaped)
      append_escaped(text, out);
    else
      out += text;
  };
  std::size_t at = 0;
  for (const ast::Range& part : event.parts) {
    append(event.message.substr(at, part.offset - at));
    out += kMatchColour;
    append(event.message.substr(part.offset, part.length));
    out += kPlain;
    at = part.offset + part.length;
  }
  append(event.message.substr(at));
}

}  // namespace

void append_event(const MatchStyle& style, const FoundEvent& event, std::string& out) {
  if (!style.json) {
    if (style.file_names) append_place(style, kNameColour, event.file, out);
    if (style.file_names) out += ':';
    if (style.line_numbers) append_place(style, kNumberColour, std::to_string(event.line), out);
    if (style.line_numbers) out += ':';
    append_message(style, event, out);
    out += '\n';
    return;
  }
  nlohmann::ordered_json extracted = nlohmann::ordered_json::object();
  for (const auto& [name, value] : event.extracted) extracted[name] = value;
  out += json_text({{"file", event.file},
                    {"line", event.line},
                    {"message", event.message},
                    {"extracted", std::move(extracted)}});
  out += '\n';
}

void append_file_name(const MatchStyle& style, std::string_view file, std::string& out) {
  if (style.json)
    out += json_text({{"file", file}});
  else
    append_place(style, kNameColour, file, out);
  out += '\n';
}

void append_count(const MatchStyle& style, std::string_view file, std::uint64_t count,
                  std::string& out) {
  if (style.json)
    out += json_text({{"file", file}, {"count", count}});
  else
    out += (style.file_names ? std::string(file) + ":" : "") + std::to_string(count);
  out += '\n';
}

}  // namespace tocsin
