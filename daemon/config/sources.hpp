// SPDX-License-Identifier: Apache-2.0
// The files that a configuration was read from, kept so that diagnostics can show their lines.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class Sources {
 public:
  // Reads and parses `path` (YAML or JSON). A file that cannot be read is reported at `named_at`,
  // where it is named, or as a whole. A null node if there is nothing to decode.
  ConfigNode load(const std::string& path, const SourceLocation& named_at, Diagnostics& out);

  // The text of a file that was loaded; nullptr otherwise.
  std::shared_ptr<const std::string> text(const std::string& path) const;
  // When the newest of the files was changed; the epoch if there is none.
  Instant newest_change() const { return newest_change_; }
  bool has(const std::string& path) const { return texts_.count(path) != 0; }

  // All diagnostics as people read them: by file in order of reading, then by line; each once.
  std::string render(const Diagnostics& diagnostics, bool colour) const;
  // The same order, as values.
  std::vector<Diagnostic> sorted(const Diagnostics& diagnostics) const;

 private:
  std::map<std::string, std::shared_ptr<const std::string>> texts_;
  std::vector<std::string> order_;
  Instant newest_change_{};
};

}  // namespace tocsin
