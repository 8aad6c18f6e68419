// SPDX-License-Identifier: Apache-2.0
// What every command says goes through here: stdout carries data, stderr messages; colour only on a
// terminal and never with NO_COLOR (contract.md).
#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tocsin {

enum class Stream { standard_output, standard_error };

bool is_terminal(Stream stream);
// Columns of the terminal that standard output is; 0: it is none, or does not say.
std::size_t terminal_width();
// A terminal, NO_COLOR unset or empty, TERM not "dumb".
bool wants_colour(Stream stream);

// Buffered standard output. A reader that went away (`tocsin ... | head`) ends the program
// quietly, by SIGPIPE as every filter does; any other failed write (a full disk) is said once, and
// the program ends with 1: half an answer must not look like a whole one.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { flush(); }

  template <class... Texts>
  void write(const Texts&... texts) {
    (buffer_.append(std::string_view(texts)), ...);
    if (buffer_.size() >= kFlushBytes) flush();
  }
  // One object, one line. Bytes that are no UTF-8 become U+FFFD.
  void json_line(const nlohmann::ordered_json& object);
  void flush();

 private:
  static constexpr std::size_t kFlushBytes = 64 * 1024;
  std::string buffer_;
};

// `value` as one line of JSON text; bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& value);

// ANSI on a stream that wants it, else the text as it is.
enum class Style { bold, red, green, yellow, dim };
std::string styled(std::string_view text, Style style, Stream stream);

// "tocsin: error[code]: text", "tocsin: warning: text" and "  hint: text" on stderr.
void complain(std::string_view text, std::string_view code = {});
void warn(std::string_view text);
void hint(std::string_view text);

}  // namespace tocsin
