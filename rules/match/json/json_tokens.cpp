// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_tokens.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

constexpr std::size_t kBytesLeast = 16 * 1024;
// One huge event must not leave its memory (four times its size) behind in every thread.
constexpr std::size_t kBytesKept = 4 * 1024 * 1024;

}  // namespace

struct JsonTokenizer::State {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  bool reserve(std::size_t bytes) {
    const std::size_t have = parser ? parser->capacity() : 0;
    if (bytes <= have && (have <= kBytesKept || bytes > kBytesKept)) return true;
    if (bytes > simdjson::SIMDJSON_MAXSIZE_BYTES) return false;
    constexpr std::size_t kDepth = 1;  // simdjson's own second stage is never run
    const std::size_t capacity = std::min(std::bit_ceil(std::max(bytes, kBytesLeast)),
                                          std::size_t{simdjson::SIMDJSON_MAXSIZE_BYTES});
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               capacity, kDepth, parser) == simdjson::SUCCESS;
  }
};

JsonTokenizer::JsonTokenizer() : state_(std::make_unique<State>()) {}
JsonTokenizer::~JsonTokenizer() = default;
JsonTokenizer::JsonTokenizer(JsonTokenizer&&) noexcept = default;

bool JsonTokenizer::read(std::string_view text, JsonTokens& tokens) {
  if (text.empty() || !state_->reserve(text.size())) return false;
  auto& parser = *state_->parser;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (parser.stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS)
    return false;
  tokens = {text, parser.structural_indexes.get(), parser.n_structural_indexes,
            text.find('\\') != std::string_view::npos};
  return true;
}

}  // namespace tocsin
