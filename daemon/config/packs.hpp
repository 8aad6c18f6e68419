// SPDX-License-Identifier: Apache-2.0
// Rule packs on disk. Pack NAME is the folder NAME with its *.yaml, or the file NAME.yaml, in one
// of the environment's pack directories; tests of rules (*.test.yaml) beside them are no part of
// it.
#pragma once
#include <string>
#include <vector>

#include "daemon/config/environment.hpp"
#include "daemon/config/sources.hpp"
#include "rules/ruleset/rule_loader.hpp"

namespace tocsin {

// Names of all packs that can be found, sorted.
std::vector<std::string> list_packs(const Environment& environment);

// The documents of `entry.pack_name`, one a file, each a copy of `entry` with the file's content.
// Reports at `entry.where` a pack that does not exist, with the names of those that do.
std::vector<RuleDocument> load_pack(const RuleDocument& entry, const Environment& environment,
                                    Sources& sources, Diagnostics& out);

// The log group a pack reads if its entry names none: the only one whose input is cloudtrail or s3.
// Empty after reporting at `where` that there is none, or several, with their names.
std::string only_trail(const std::vector<LogGroup>& groups, const std::string& pack,
                       const SourceLocation& where, Diagnostics& out);

bool is_test_file(const std::string& path);

}  // namespace tocsin
