// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "daemon/log.hpp"
#include "daemon/telemetry.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

// What is logged while it lives.
class Logged {
 public:
  Logged() : stderr_(::dup(2)) {
    const int file = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    REQUIRE(::dup2(file, 2) == 2);
    ::close(file);
    set_up_log(LogStyle::human, false);
  }
  ~Logged() {
    ::dup2(stderr_, 2);
    ::close(stderr_);
  }
  std::string text() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  TempDir dir_;
  std::string path_ = dir_.path("log");
  int stderr_;
};

StateRow row(const std::string& kind, const std::string& id) { return {kind, id, std::nullopt}; }

}  // namespace

TEST_CASE("rows of state that cannot be read are counted by kind, and the first ones are named") {
  Logged log;
  telemetry::state_rows_unreadable({});
  CHECK(log.text().empty());
  std::vector<StateRow> rows{row("silence", "silence-7")};
  for (int i = 0; i < 11; ++i) rows.push_back(row("key", "root-login\x1f{\"user\":\"alice\"}"));
  telemetry::state_rows_unreadable(rows);
  CHECK_THAT(log.text(), Contains("state: a row of kind silence of silence-7 could not"));
  CHECK_THAT(log.text(), Contains("state: a row of kind key of root-login could not"));
  CHECK_THAT(log.text(), Contains("state: and 2 more rows could not be read"));
  CHECK_THAT(log.text(), !Contains("alice"));
  CHECK_THAT(telemetry::render(),
             Contains("tocsin_unreadable_state_rows_total{kind=\"key\"} 11\n"));
  CHECK_THAT(telemetry::render(),
             Contains("tocsin_unreadable_state_rows_total{kind=\"silence\"} 1\n"));
}

}  // namespace tocsin
