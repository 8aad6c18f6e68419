// SPDX-License-Identifier: Apache-2.0
#include "tocsin/glob.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

TEST_CASE("a star is any run, a question mark one character, all else itself", "[config]") {
  CHECK(glob_matches("cis-*", "cis-4.1"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("**a*", "bca"));
  CHECK(glob_matches("*-login*", "root-login"));
  CHECK(glob_matches("a*b*c", "a1b2b3c"));
  CHECK(glob_matches("caf?", "caf\xc3\xa9"));
  CHECK(glob_matches("a[1]*", "a[1]x"));
  CHECK_FALSE(glob_matches("cis-*", "CIS-4.1"));
  CHECK_FALSE(glob_matches("cis-?", "cis-"));
  CHECK_FALSE(glob_matches("a*b", "abc"));
  CHECK_FALSE(glob_matches("", "a"));
  CHECK_FALSE(glob_matches("?", "ab"));
}

TEST_CASE("a hostile pattern costs no more than the product of the lengths", "[config]") {
  const std::string text(20'000, 'a');
  CHECK_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

}  // namespace
}  // namespace tocsin
