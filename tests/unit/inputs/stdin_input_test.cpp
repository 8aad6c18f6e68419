// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/stdin_input.hpp"

#include <unistd.h>

#include "support/catch.hpp"
#include "support/input_run.hpp"
#include "tocsin/file_descriptor.hpp"

using namespace tocsin;

TEST_CASE("standard input is one stream of lines; its end ends the last", "[inputs]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  Committed seen;
  InputRun run(seen,
               [&](const InputContext& context) { return make_pipe_input(context, reader.get()); });
  REQUIRE(run.wait_until_idle());
  REQUIRE(::write(writer.get(), "one\r\ntw", 7) == 7);
  REQUIRE(run.wait_for_messages(1));
  REQUIRE(::write(writer.get(), "o\nthree", 7) == 7);
  REQUIRE(run.wait_for_messages(2));
  writer = FileDescriptor();
  REQUIRE(run.wait_for_messages(3));
  REQUIRE(run.wait_until_idle());
  CHECK(seen.messages == std::vector<std::string>{"one", "two", "three"});
  CHECK(seen.places == std::vector<std::uint64_t>{0, 5, 9});
  CHECK(seen.streams[0] == "stdin");
}
