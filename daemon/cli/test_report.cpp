// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/test_report.hpp"

#include <nlohmann/json.hpp>
#include <vector>

namespace tocsin {
namespace {

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

class TextReport : public TestReport {
 public:
  explicit TextReport(Output& out) : out_(out) {}

  void add(const std::string& file, const TestResult& result) override {
    ++total_;
    if (result.ok) return;
    ++failed_;
    if (file != file_) out_.write(styled(file, Style::bold, Stream::standard_output), "\n");
    file_ = file;
    out_.write("  ", styled("FAILED", Style::red, Stream::standard_output), " ", result.name, ": ",
               result.detail, "\n");
  }
  void finish() override {
    if (total_ == 0)
      out_.write("no tests\n");
    else if (failed_ == 0)
      out_.write(styled("ok", Style::green, Stream::standard_output), ", ", plural(total_, "test"),
                 "\n");
    else
      out_.write(std::to_string(failed_), " of ", plural(total_, "test"), " failed\n");
  }

 private:
  Output& out_;
  std::string file_;
  std::size_t total_ = 0, failed_ = 0;
};

class JsonReport : public TestReport {
 public:
  explicit JsonReport(Output& out) : out_(out) {}
  void add(const std::string& file, const TestResult& result) override {
    out_.json_line(
        {{"file", file}, {"name", result.name}, {"ok", result.ok}, {"detail", result.detail}});
  }
  void finish() override {}

 private:
  Output& out_;
};

// The plan stands at the end, since the number of tests is known then.
class TapReport : public TestReport {
 public:
  explicit TapReport(Output& out) : out_(out) { out_.write("TAP version 13\n"); }
  void add(const std::string& file, const TestResult& result) override {
    ++total_;
    std::string name = one_line(file + ": " + result.name);
    for (std::size_t at = 0; (at = name.find('#', at)) != std::string::npos; at += 2)
      name.insert(at, 1, '\\');  // an unescaped # begins a directive
    out_.write(result.ok ? "ok " : "not ok ", std::to_string(total_), " - ", name, "\n");
    if (!result.ok) out_.write("  ---\n  message: ", json_text(result.detail), "\n  ...\n");
  }
  void finish() override { out_.write("1..", std::to_string(total_), "\n"); }

 private:
  Output& out_;
  std::size_t total_ = 0;
};

// XML 1.0 has no place for most control characters, not even escaped.
std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool forbidden = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else if (c == '\n')
      escaped += "&#10;";
    else
      escaped += forbidden ? '?' : c;
  }
  return escaped;
}

// One suite a file. The numbers stand in the opening tag, so a suite is held until it is whole.
class JunitReport : public TestReport {
 public:
  explicit JunitReport(Output& out) : out_(out) {
    out_.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  }
  void add(const std::string& file, const TestResult& result) override {
    if (file != file_) close_suite();
    file_ = file;
    results_.push_back(result);
  }
  void finish() override {
    close_suite();
    out_.write("</testsuites>\n");
  }

 private:
  void close_suite() {
    if (results_.empty()) return;
    std::size_t failed = 0;
    for (const TestResult& result : results_) failed += result.ok ? 0 : 1;
    out_.write("  <testsuite name=\"", xml(file_), "\" tests=\"", std::to_string(results_.size()),
               "\" failures=\"", std::to_string(failed), "\">\n");
    for (const TestResult& result : results_) write_case(result);
    out_.write("  </testsuite>\n");
    results_.clear();
  }
  void write_case(const TestResult& result) {
    out_.write("    <testcase classname=\"", xml(file_), "\" name=\"", xml(result.name), "\"");
    if (result.ok)
      out_.write("/>\n");
    else
      out_.write(">\n      <failure message=\"", xml(result.detail), "\"/>\n    </testcase>\n");
  }

  Output& out_;
  std::string file_;
  std::vector<TestResult> results_;
};

}  // namespace

std::unique_ptr<TestReport> make_test_report(std::string_view format, Output& out) {
  if (format == "json") return std::make_unique<JsonReport>(out);
  if (format == "tap") return std::make_unique<TapReport>(out);
  if (format == "junit") return std::make_unique<JunitReport>(out);
  return std::make_unique<TextReport>(out);
}

}  // namespace tocsin
