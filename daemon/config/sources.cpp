// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/sources.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <tuple>

#include "daemon/config/text_file.hpp"
#include "rules/ruleset/diagnostic_text.hpp"
#include "rules/ruleset/source_text.hpp"
#include "rules/ruleset/yaml_document.hpp"

namespace tocsin {
namespace {

Instant changed_at(const std::string& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) return {};
  const auto wall = std::chrono::file_clock::to_sys(time).time_since_epoch();
  return Instant{std::chrono::floor<Duration>(wall)};
}

}  // namespace

ConfigNode Sources::load(const std::string& path, const SourceLocation& named_at,
                         Diagnostics& out) {
  Result<std::string> text = read_text_file(path, kSourceBytesMax);
  if (!text) {
    const SourceLocation where = named_at.file.empty() ? SourceLocation{path, 0, 0} : named_at;
    out.error("no-file", where, "cannot read " + text.error().text);
    return {};
  }
  const auto held = std::make_shared<const std::string>(std::move(text.value()));
  if (texts_.emplace(path, held).second) order_.push_back(path);
  newest_change_ = std::max(newest_change_, changed_at(path));
  return read_document(*held, path, out);
}

std::shared_ptr<const std::string> Sources::text(const std::string& path) const {
  const auto found = texts_.find(path);
  return found == texts_.end() ? nullptr : found->second;
}

std::vector<Diagnostic> Sources::sorted(const Diagnostics& diagnostics) const {
  std::vector<Diagnostic> list = diagnostics.list();
  const auto rank = [this](const Diagnostic& d) {
    const auto file = std::find(order_.begin(), order_.end(), d.where.file.text()) - order_.begin();
    return std::tuple(file, d.where.line, d.where.column);
  };
  std::stable_sort(list.begin(), list.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return rank(a) < rank(b); });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.where.file == b.where.file && a.where.line == b.where.line &&
           a.where.column == b.where.column && a.code == b.code && a.text == b.text;
  };
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
  return list;
}

std::string Sources::render(const Diagnostics& diagnostics, bool colour) const {
  std::string shown;
  std::map<std::string, LineIndex> lines;
  for (const auto& [path, source] : texts_) lines.emplace(path, without_bom(*source));
  for (const Diagnostic& d : sorted(diagnostics)) {
    const auto file = lines.find(d.where.file.text());
    shown += render_line(d, file == lines.end() ? "" : file->second.line(d.where.line), colour);
  }
  return shown;
}

}  // namespace tocsin
