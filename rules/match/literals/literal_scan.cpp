// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_scan.hpp"

#include <algorithm>
#include <utility>

#include "rules/match/literals/literal_tables.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

const LiteralScanner* scanner_for(LiteralScan::Isa isa) {
  switch (isa) {
    case LiteralScan::Isa::scalar:
      return scalar_scanner();
    case LiteralScan::Isa::neon:
      return neon_scanner();
    case LiteralScan::Isa::avx2:
      return avx2_scanner();
    case LiteralScan::Isa::avx512:
      return avx512_scanner();
  }
  return nullptr;
}

}  // namespace

std::vector<LiteralScan::Isa> LiteralScan::available() {
  std::vector<Isa> all;
  for (const Isa isa : {Isa::scalar, Isa::neon, Isa::avx2, Isa::avx512})
    if (scanner_for(isa)) all.push_back(isa);
  return all;
}

LiteralScan::LiteralScan(std::vector<Literal> literals, bool escapes, Isa isa)
    : literals_(std::make_shared<const std::vector<Literal>>(std::move(literals))),
      tables_(std::make_shared<const LiteralTables>(*literals_, escapes)),
      scanner_(scanner_for(isa)) {
  TOCSIN_ASSERT(scanner_);
}

LiteralScan::Find LiteralScan::next(std::string_view text, std::size_t from) const {
  return scanner_->scan(*tables_, text, from, nullptr);
}

bool LiteralScan::may_stand_in(std::string_view text, std::size_t readable) const {
  constexpr std::size_t kBlockBytes = 64;
  if (text.size() >= kBlockBytes || readable < kBlockBytes + kWindowBytes) return true;
  const std::uint64_t inside = (std::uint64_t{1} << text.size()) - 1;
  return (scanner_->passed(*tables_, text.data()) & inside) != 0;
}

void LiteralScan::collect(std::string_view text, std::vector<std::uint32_t>& found) const {
  const auto before = static_cast<std::ptrdiff_t>(found.size());
  scanner_->scan(*tables_, text, 0, &found);
  const auto begin = found.begin() + before;
  if (found.end() - begin < 2) return;
  std::sort(begin, found.end());
  found.erase(std::unique(begin, found.end()), found.end());
}

}  // namespace tocsin
