// SPDX-License-Identifier: Apache-2.0
// A user's mistakes, located. They are collected, never thrown, so that one look at the output
// shows them all.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

// The name of a file as the thousands of places in it share it: a copy is a reference. Any thread.
class FileName {
 public:
  FileName() = default;
  FileName(std::string name)
      : name_(name.empty() ? nullptr : std::make_shared<const std::string>(std::move(name))) {}
  FileName(const char* name) : FileName(std::string(name)) {}

  const std::string& text() const {
    static const std::string kNone;
    return name_ ? *name_ : kNone;
  }
  operator const std::string&() const { return text(); }  // where a text is wanted
  bool empty() const { return name_ == nullptr; }
  friend bool operator==(const FileName& a, const FileName& b) {
    return a.name_ == b.name_ || a.text() == b.text();
  }

 private:
  std::shared_ptr<const std::string> name_;  // nullptr: it is empty
};

// Where a piece of text stands. Lines and columns count from 1; columns count bytes. line 0: the
// file as a whole.
struct SourceLocation {
  FileName file;
  int line = 0;
  int column = 0;
};

enum class DiagnosticLevel { error, warning };

// `code` is stable and short: unknown-key, duplicate-key, bad-type, bad-value, bad-pattern,
// dangling-reference, not-built... `length` is how many bytes the caret underlines (at least 1).
// `hint` may be empty ("did you mean ...?").
struct Diagnostic {
  DiagnosticLevel level = DiagnosticLevel::error;
  std::string code;
  SourceLocation where;
  int length = 1;
  std::string text;
  std::string hint;
};

class Diagnostics {
 public:
  void error(std::string code, SourceLocation where, std::string text, std::string hint = {},
             int length = 1) {
    list_.push_back({DiagnosticLevel::error, std::move(code), std::move(where), length,
                     std::move(text), std::move(hint)});
  }
  void warning(std::string code, SourceLocation where, std::string text, std::string hint = {},
               int length = 1) {
    list_.push_back({DiagnosticLevel::warning, std::move(code), std::move(where), length,
                     std::move(text), std::move(hint)});
  }
  void add(const Diagnostics& other) {
    list_.insert(list_.end(), other.list_.begin(), other.list_.end());
  }
  const std::vector<Diagnostic>& list() const { return list_; }
  bool has_errors() const {
    for (const Diagnostic& d : list_)
      if (d.level == DiagnosticLevel::error) return true;
    return false;
  }

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace tocsin
