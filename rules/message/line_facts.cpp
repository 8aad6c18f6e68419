// SPDX-License-Identifier: Apache-2.0
#include "rules/message/line_facts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "rules/message/syslog_line.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_address(std::string_view text) {
  const bool characters = std::all_of(
      text.begin(), text.end(), [](char c) { return hex_value(c) >= 0 || c == '.' || c == ':'; });
  const auto dots = std::count(text.begin(), text.end(), '.');
  const auto colons = std::count(text.begin(), text.end(), ':');
  return characters && text.size() <= 45 && (dots == 3 || colons >= 2);
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// What sshd says about a user and an address.
struct Login {
  std::string_view user;
  std::string_view address;
};

// "USER from ADDRESS port N ...": the last " from " counts, for the name may hold one itself.
std::optional<Login> user_from_address(std::string_view text) {
  const auto from = text.rfind(" from ");
  if (from == kNone) return std::nullopt;
  const std::string_view address = first_word(text.substr(from + 6));
  if (!is_address(address)) return std::nullopt;
  return Login{text.substr(0, from), address};
}

// "USER ADDRESS port N": the last " port " counts.
std::optional<Login> user_address_port(std::string_view text) {
  const auto port = text.rfind(" port ");
  if (port == kNone) return std::nullopt;
  const std::string_view before = text.substr(0, port);
  const auto space = before.rfind(' ');
  const std::string_view address = space == kNone ? before : before.substr(space + 1);
  if (!is_address(address)) return std::nullopt;
  return Login{space == kNone ? std::string_view{} : before.substr(0, space), address};
}

// "...; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.2.3.4  user=root"
std::optional<Login> pam_fields(std::string_view text) {
  const auto host = text.rfind(" rhost=");
  if (host == kNone) return std::nullopt;
  const std::string_view rest = text.substr(host + 7);
  const std::string_view address = first_word(rest);
  const auto user = rest.find(" user=");
  return Login{user == kNone ? std::string_view{} : rest.substr(user + 6), address};
}

struct Row {
  std::string_view phrase;  // the text begins with it, or holds it if `anywhere`
  std::optional<Login> (*read)(std::string_view rest);
  bool anywhere = false;
};

constexpr std::array kSshd{
    Row{"Failed password for invalid user ", user_from_address},
    Row{"Failed password for ", user_from_address},
    Row{"Failed none for invalid user ", user_from_address},
    Row{"Failed publickey for invalid user ", user_from_address},
    Row{"Failed publickey for ", user_from_address},
    Row{"Failed keyboard-interactive/pam for invalid user ", user_from_address},
    Row{"Failed keyboard-interactive/pam for ", user_from_address},
    Row{"Accepted password for ", user_from_address},
    Row{"Accepted publickey for ", user_from_address},
    Row{"Accepted keyboard-interactive/pam for ", user_from_address},
    Row{"Invalid user ", user_from_address},
    Row{"Illegal user ", user_from_address},
    Row{"maximum authentication attempts exceeded for invalid user ", user_from_address, true},
    Row{"maximum authentication attempts exceeded for ", user_from_address, true},
    Row{"Connection closed by authenticating user ", user_address_port},
    Row{"Connection closed by invalid user ", user_address_port},
    Row{"Connection closed by ", user_address_port},
    Row{"Connection reset by authenticating user ", user_address_port},
    Row{"Connection reset by invalid user ", user_address_port},
    Row{"Connection reset by ", user_address_port},
    Row{"Disconnected from authenticating user ", user_address_port},
    Row{"Disconnected from invalid user ", user_address_port},
    Row{"Disconnected from user ", user_address_port},
    Row{"Disconnected from ", user_address_port},
    Row{"Received disconnect from ", user_address_port},
    Row{"authentication failure; ", pam_fields, true},
    Row{"more authentication failure", pam_fields, true},
};

std::optional<Login> read_login(std::string_view text) {
  // rsyslog folds repeats: "message repeated 2 times: [ Failed password for ...]".
  constexpr std::string_view kRepeated = " times: [ ";
  if (text.starts_with("message repeated ") && text.find(kRepeated) < 30)
    text = text.substr(text.find(kRepeated) + kRepeated.size());
  for (const Row& row : kSshd) {
    const auto at = text.find(row.phrase);
    if (at == kNone || (at != 0 && !row.anywhere)) continue;
    return row.read(text.substr(at + row.phrase.size()));
  }
  return std::nullopt;
}

std::string on_host(std::string_view host) {
  return host.empty() ? std::string() : "host " + std::string(host);
}

std::string join(std::string left, const std::string& right) {
  if (left.empty() || right.empty()) return left + right;
  return std::move(left) + ", " + right;
}

// "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh"
FiveWs sudo_facts(const SyslogLine& line) {
  FiveWs facts;
  facts.what = "sudo: " + std::string(line.text);
  facts.where = on_host(line.host);
  const auto colon = line.text.find(" : ");
  const auto command = line.text.find("; COMMAND=");
  if (colon == kNone || command == kNone || command < colon) return facts;
  facts.who = "user " + std::string(trim(line.text.substr(0, colon)));
  const auto user = line.text.find("USER=");
  const std::string as =
      user < command ? " as " + std::string(first_word(line.text.substr(user + 5))) : "";
  facts.what = "sudo" + as + ": " + std::string(line.text.substr(command + 10));
  return facts;
}

// A web server's common or combined format: ADDRESS - USER [time] "REQUEST" STATUS BYTES ...
std::optional<FiveWs> access_facts(std::string_view line) {
  const std::string_view address = first_word(line);
  const auto bracket = line.find(" [");
  const auto closed = line.find("] \"");
  if (!is_address(address) || bracket == kNone || closed == kNone || closed < bracket)
    return std::nullopt;
  const std::string_view request = line.substr(closed + 3);
  // A quote in the request is escaped by the server.
  const auto end = request.find("\" ");
  if (end == kNone) return std::nullopt;
  const std::string_view status = first_word(request.substr(end + 2));
  FiveWs facts;
  facts.what = std::string(request.substr(0, end)) + ": " + std::string(status);
  facts.where = std::string(address);
  const std::string_view names = line.substr(0, bracket);
  const std::string_view user = names.substr(names.rfind(' ') + 1);
  if (user != "-" && user != address) facts.who = "user " + std::string(user);
  return facts;
}

}  // namespace

FiveWs line_facts(std::string_view line) {
  if (auto facts = access_facts(line)) return *facts;
  const SyslogLine split = split_syslog(line);
  if (split.program == "sudo") return sudo_facts(split);
  FiveWs facts;
  const std::string program(split.program);
  facts.what = (program.empty() ? "" : program + ": ") + std::string(split.text);
  facts.where = on_host(split.host);
  if (!program.starts_with("sshd")) return facts;
  if (const auto login = read_login(split.text)) {
    const std::string user = std::string(trim(login->user));
    if (!user.empty()) facts.who = "user " + user;
    facts.where = join(std::string(login->address), facts.where);
  }
  return facts;
}

}  // namespace tocsin
