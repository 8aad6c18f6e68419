// SPDX-License-Identifier: Apache-2.0
// Text that is never printed: it has no operator<<, no formatter and no implicit conversion.
// `reveal` is called only where the bytes leave for the service that they belong to.
#pragma once
#include <string>
#include <utility>

namespace tocsin {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace tocsin
