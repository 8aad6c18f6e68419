// SPDX-License-Identifier: Apache-2.0
#include "tocsin/rule_set.hpp"

namespace tocsin {

std::string_view to_string(Statistic s) {
  switch (s) {
    case Statistic::sample_count:
      return "SampleCount";
    case Statistic::sum:
      return "Sum";
    case Statistic::average:
      return "Average";
    case Statistic::minimum:
      return "Minimum";
    case Statistic::maximum:
      return "Maximum";
  }
  return "?";
}

std::string_view to_string(Comparison c) {
  switch (c) {
    case Comparison::greater:
      return "GreaterThanThreshold";
    case Comparison::greater_or_equal:
      return "GreaterThanOrEqualToThreshold";
    case Comparison::less:
      return "LessThanThreshold";
    case Comparison::less_or_equal:
      return "LessThanOrEqualToThreshold";
  }
  return "?";
}

std::string_view to_string(BandComparison c) {
  switch (c) {
    case BandComparison::outside:
      return "LessThanLowerOrGreaterThanUpperThreshold";
    case BandComparison::below:
      return "LessThanLowerThreshold";
    case BandComparison::above:
      return "GreaterThanUpperThreshold";
  }
  return "?";
}

std::string_view to_string(MissingData m) {
  switch (m) {
    case MissingData::missing:
      return "missing";
    case MissingData::ignore:
      return "ignore";
    case MissingData::breaching:
      return "breaching";
    case MissingData::not_breaching:
      return "notBreaching";
  }
  return "?";
}

}  // namespace tocsin
