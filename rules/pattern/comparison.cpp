// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/comparison.hpp"

namespace tocsin {

bool holds(ast::Operator op, std::strong_ordering order) {
  switch (op) {
    case ast::Operator::equal:
      return order == 0;
    case ast::Operator::not_equal:
      return order != 0;
    case ast::Operator::less:
      return order < 0;
    case ast::Operator::less_or_equal:
      return order <= 0;
    case ast::Operator::greater:
      return order > 0;
    case ast::Operator::greater_or_equal:
      return order >= 0;
  }
  return false;
}

}  // namespace tocsin
