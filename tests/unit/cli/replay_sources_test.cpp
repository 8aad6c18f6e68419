// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/replay_sources.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("tocsin-sources-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  std::string path(const std::string& name = "") const { return path_ / name; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a log group is NAME=PATH or NAME:input=PATH", "[cli][replay]") {
  const auto bare = parse_log_group("trail=/a=b");
  REQUIRE(bare);
  CHECK(bare->name == "trail");
  CHECK(bare->input == "");
  CHECK(bare->paths == std::vector<std::string>{"/a=b"});
  CHECK(parse_log_group("web:file=x")->input == "file");
  for (const char* wrong : {"trail", "trail=", "=x", "a:journald=x", ":file=x"})
    CHECK_FALSE(parse_log_group(wrong).ok());
}

TEST_CASE("a group given twice has the paths of both but one input", "[cli][replay]") {
  std::vector<ReplayGroup> groups;
  REQUIRE(add_group(groups, *parse_log_group("a=1")));
  REQUIRE(add_group(groups, *parse_log_group("a:file=2")));
  CHECK_FALSE(add_group(groups, *parse_log_group("a:cloudtrail=3")).ok());
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].input == "file");
  CHECK(groups[0].paths == std::vector<std::string>{"1", "2"});
}

TEST_CASE("files are sorted by group and path, and their content decides the input",
          "[cli][replay]") {
  const Folder folder;
  folder.write("trail/b.json", "");
  folder.write("trail/c.json", "  {\"Records\":[]}");
  folder.write("trail/a.txt", "no trail\n");
  folder.write("two.log", "a line\n");
  folder.write("one.log", "a line\n");
  std::vector<ReplayGroup> groups;
  REQUIRE(add_group(groups, *parse_log_group("z:cloudtrail=" + folder.path("trail"))));
  REQUIRE(add_group(groups, *parse_log_group("m=" + folder.path("*.log"))));
  REQUIRE(add_group(groups, *parse_log_group("n=" + folder.path("trail/c.json"))));
  const ReplayFiles found = find_replay_files(groups);
  CHECK(found.faults.empty());
  REQUIRE(found.groups.size() == 3);
  CHECK(found.groups[0].input == "file");
  CHECK(found.groups[1].input == "cloudtrail");
  std::vector<std::string> paths;
  for (const ScanFile& file : found.files)
    paths.push_back(std::to_string(file.tag) + fs::path(file.path).filename().string());
  CHECK(paths == std::vector<std::string>{"0one.log", "0two.log", "1c.json", "2b.json", "2c.json"});
}

TEST_CASE("a path that does not exist is a fault, in a configuration only a note",
          "[cli][replay]") {
  const ReplayFiles found = find_replay_files({{"a", "", {"/nonexistent/x"}}});
  REQUIRE(found.faults.size() == 2);
  CHECK(found.faults[0] == "/nonexistent/x: no such file or directory");
  CHECK(found.faults[1] == "log group \"a\" has no files");
  ReplayGroup configured{"a", "", {"/nonexistent/x"}};
  configured.must_exist = false;
  CHECK(find_replay_files({configured}).faults.empty());
  CHECK(find_replay_files({configured}).notes == found.faults);
}

TEST_CASE("the configuration's groups that read files can be replayed", "[cli][replay]") {
  Diagnostics faults;
  const ConfigNode root = read_yaml(R"(
log_groups:
  trail: { input: cloudtrail, path: /var/log/trail }
  auth: { input: file, path: [/a, /b] }
  journal: { input: journald }
)",
                                    "t.yaml", faults);
  const std::vector<ReplayGroup> groups = configured_groups(root);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].input == "cloudtrail");
  CHECK(groups[1].paths == std::vector<std::string>{"/a", "/b"});
}

}  // namespace tocsin
