// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

namespace tocsin {
namespace {

int descriptor(Stream stream) { return stream == Stream::standard_output ? 1 : 2; }

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

void say(std::string_view head, Style style, std::string_view text) {
  const std::string line =
      "tocsin: " + styled(head, style, Stream::standard_error) + ": " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

bool is_terminal(Stream stream) { return isatty(descriptor(stream)) == 1; }

std::size_t terminal_width() {
  winsize size{};
  const bool known = ::ioctl(descriptor(Stream::standard_output), TIOCGWINSZ, &size) == 0;
  return known ? size.ws_col : 0;
}

bool wants_colour(Stream stream) {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::strcmp(term, "dumb") == 0;
  return is_terminal(stream) && !is_set("NO_COLOR") && !dumb;
}

void Output::json_line(const nlohmann::ordered_json& object) { write(json_text(object), "\n"); }

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(1, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      // SIGPIPE has its default action in this program, so EPIPE is seen only where a parent
      // ignores the signal.
      if (errno != EPIPE)
        complain("cannot write to standard output: " + std::string(std::strerror(errno)));
      std::_Exit(1);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

std::string json_text(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string styled(std::string_view text, Style style, Stream stream) {
  if (!wants_colour(stream)) return std::string(text);
  static constexpr const char* kCodes[] = {"\x1b[1m", "\x1b[1;31m", "\x1b[32m", "\x1b[33m",
                                           "\x1b[2m"};
  return kCodes[static_cast<int>(style)] + std::string(text) + "\x1b[0m";
}

void complain(std::string_view text, std::string_view code) {
  say(code.empty() ? "error" : "error[" + std::string(code) + "]", Style::red, text);
}

void warn(std::string_view text) { say("warning", Style::yellow, text); }

void hint(std::string_view text) {
  const std::string line = "  hint: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace tocsin
