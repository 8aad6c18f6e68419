// SPDX-License-Identifier: Apache-2.0
// What JSON patterns are looked for by, in lines that nobody has parsed. Where many values of one
// name are wanted, the name is looked for and the value that stands behind it asked, instead of
// each value anywhere: a pass for thousands of texts that are parts of others finds some of them in
// every line.
#pragma once
#include <cstddef>
#include <vector>

#include "rules/match/literals/required_literals.hpp"

namespace tocsin {

// What the values of a name must weigh, for each time that the name stands in the log sample, for
// the name to be looked for instead; below that they are found sooner. A value in its quotes weighs
// 1, a piece of one more.
inline constexpr std::size_t kManyValues = 15;

// Literals of which one stands wherever one of `required` does in the way that is known of it;
// sorted, each once.
std::vector<Literal> member_literals(std::vector<RequiredLiteral> required,
                                     std::size_t many_values = kManyValues);

}  // namespace tocsin
