// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_places.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "rules/match/literals/literal_tables.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// Windows further in would cost a find more: the lines up to its begin are counted again.
constexpr std::size_t kOffsetMax = 48;
constexpr std::size_t kStringBytesMax = 128;
// More groups than this are not told apart before they are merged: it costs their square.
constexpr std::size_t kGroupsMax = 160;
// Of the places of a literal that has no quote or separator, those that are weighed with others'.
constexpr std::size_t kOptionsMax = 8;
// What it costs a great set to be looked for elsewhere than at the opening quote, in positions of
// the log sample: those places add up, quotes do not.
constexpr double kElsewhere = 8, kAtClose = 4;
constexpr double kGreat = 1000;

bool is_anchored(const LiteralPlace& place) {
  const LiteralWindow window = place.window();
  return !window.before.empty() || window.text.front() == '"' ||
         (window.text.size() == kWindowBytes && window.text.back() == '"');
}

LiteralBucket bucket_of(const LiteralPlace& place) {
  LiteralBucket bucket(place.shape);
  bucket.add(place.window());
  return bucket;
}

// A place and what it costs by itself.
struct Option {
  LiteralPlace place;
  double cost = 0;
};

class Placer {
 public:
  Placer(const std::vector<Literal>& literals, bool any_names)
      : any_names_(any_names),
        crowd_(std::min(static_cast<double>(literals.size()) / kGreat, 1.0)) {
    for (const Literal& literal : literals)
      for (std::size_t at = 0; at + 8 <= literal.text.size() && at <= kOffsetMax + 4; ++at)
        ++sharers_[load_bytes(literal.text, at)];
    for (const Literal& literal : literals) place(literal);
  }

  LiteralPlaces finish() && {
    share_buckets();
    if (floating_.size() > 1) move_together();
    return std::move(result_);
  }

 private:
  void place(const Literal& literal) {
    if (any_names_ && is_name(literal)) {
      const auto size = static_cast<std::ptrdiff_t>(literal.text.size());
      result_.places.push_back(
          {literal.text, size - static_cast<std::ptrdiff_t>(kWindowBytes), kNameShape});
      return;
    }
    std::vector<Option> options = options_of(literal);
    std::sort(options.begin(), options.end(),
              [](const Option& a, const Option& b) { return a.cost < b.cost; });
    if (!is_anchored(options.front().place)) {
      options.resize(std::min(options.size(), kOptionsMax));
      floating_.push_back({result_.places.size(), options});
    }
    result_.places.push_back(options.front().place);
  }

  static bool is_name(const Literal& literal) {
    return literal.condition && literal.condition->beginnings() != nullptr &&
           literal.text.size() >= kNameBytesMin;
  }

  std::vector<Option> options_of(const Literal& literal) const {
    const std::string_view text = literal.text;
    std::vector<Option> options;
    const auto add = [&](std::ptrdiff_t begin, std::size_t bytes, std::size_t offset) {
      LiteralPlace place{text, static_cast<std::ptrdiff_t>(offset) - (begin == 1 ? 1 : 0), 0};
      while (kKeyShapes[place.shape].begin != begin || kKeyShapes[place.shape].bytes > bytes)
        ++place.shape;
      options.push_back({place, cost(place)});
    };
    const std::size_t size = text.size(), bytes = std::min<std::size_t>(size, 8);
    if (literal.begins_value) return add(1, bytes, 0), options;
    add(0, bytes, 0);
    if (size >= 8 && text.back() == '"' && size <= kOffsetMax)
      add(kCloseKey.begin, 8, size - kWindowBytes);
    const bool good = std::any_of(options.begin(), options.end(), [](const Option& option) {
      return is_anchored(option.place) && option.cost < kElsewhere;
    });
    if (good) return options;
    const std::size_t window = std::min(size, kWindowBytes);
    for (std::size_t at = 1; at + window <= size && at <= kOffsetMax; ++at) {
      if (at + bytes <= size || size < 8) add(0, std::min(bytes, size - at), at);
      if (at + static_cast<std::size_t>(kCloseKey.begin) <= at && size >= 8)
        add(kCloseKey.begin, 8, at);
    }
    return options;
  }

  // About the time that is spent where stage one lets pass, where stage two does, and on literals
  // with the same key, each of which is compared.
  double cost(const LiteralPlace& place) const {
    const auto hits = static_cast<double>(LogSample::get().count(place.key()));
    const auto alike = sharers_.find(load_bytes(place.key(), 0));
    const double chain = alike == sharers_.end() || is_distinct_string(place) ? 1 : alike->second;
    return bucket_of(place).cost() + 4 * hits + (hits + 0.02) * chain +
           crowd_ * (!is_anchored(place)                 ? kElsewhere
                     : kKeyShapes[place.shape].begin < 0 ? kAtClose
                                                         : 0);
  }

  // Windows that begin alike go together first.
  std::vector<LiteralBucket> group(std::size_t alike) const {
    std::map<std::tuple<std::size_t, bool, std::string_view>, LiteralBucket> groups;
    for (const LiteralPlace& place : result_.places) {
      const LiteralWindow window = place.window();
      groups
          .try_emplace({place.shape, is_anchored(place), window.text.substr(0, alike)}, place.shape)
          .first->second.add(window);
    }
    std::vector<LiteralBucket> out;
    for (auto& [begin, bucket] : groups) out.push_back(std::move(bucket));
    return out;
  }

  void share_buckets() {
    std::vector<LiteralBucket> groups = group(kWindowBytes);
    for (std::size_t alike = kWindowBytes - 1; groups.size() > kGroupsMax; --alike)
      groups = group(alike);
    result_.buckets = merge_buckets(std::move(groups));
  }

  // Literals that may be looked for in several places go where others let pass already.
  void move_together() {
    std::vector<LiteralBucket> buckets;
    for (const LiteralBucket& bucket : result_.buckets) buckets.emplace_back(bucket.shape());
    std::vector<bool> is_floating(result_.places.size());
    for (const Floating& literal : floating_) is_floating[literal.number] = true;
    for (std::size_t i = 0; i < result_.places.size(); ++i)
      if (!is_floating[i]) join(buckets, result_.places[i]);
    std::stable_sort(floating_.begin(), floating_.end(), [](const auto& a, const auto& b) {
      return a.options.size() < b.options.size();
    });
    for (const Floating& literal : floating_)
      result_.places[literal.number] = join_best(buckets, literal.options);
    result_.buckets = std::move(buckets);
  }

  // Into that of the buckets found before that lets it pass.
  void join(std::vector<LiteralBucket>& buckets, const LiteralPlace& place) const {
    const LiteralBucket probe = bucket_of(place);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (buckets[i].shape() == place.shape && result_.buckets[i].includes(probe))
        return buckets[i].add(probe);
    }
  }

  static LiteralPlace join_best(std::vector<LiteralBucket>& buckets,
                                const std::vector<Option>& options) {
    const Option* best = nullptr;
    std::size_t into = 0;
    double least = 0;
    for (const Option& option : options) {
      const LiteralBucket probe = bucket_of(option.place);
      for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (buckets[i].shape() != option.place.shape) continue;
        const double added = buckets[i].cost_with(probe) - buckets[i].cost() + option.cost / 4;
        if (best && added >= least) continue;
        best = &option, into = i, least = added;
      }
    }
    buckets[into].add(bucket_of(best->place));
    return best->place;
  }

  struct Floating {
    std::size_t number = 0;
    std::vector<Option> options;
  };
  bool any_names_;
  double crowd_;  // 1: a great set
  // How many literals have the same eight bytes somewhere.
  std::unordered_map<std::uint64_t, std::uint32_t> sharers_;
  std::vector<Floating> floating_;
  LiteralPlaces result_;
};

}  // namespace

LiteralPlaces place_literals(const std::vector<Literal>& literals) {
  LiteralPlaces placed = Placer(literals, true).finish();
  // There is a shape more than there are buckets.
  if (placed.buckets.size() > kLiteralBuckets) placed = Placer(literals, false).finish();
  return placed;
}

std::size_t distinct_string_length(std::string_view text) {
  const std::size_t close = text.substr(0, kStringBytesMax).find('"', 1);
  return close == kNone || close < 7 ? kNone : close + 1;
}

bool is_distinct_string(const LiteralPlace& place) {
  return place.offset == 0 && place.shape == 0 && place.text.front() == '"' &&
         distinct_string_length(place.text) == place.text.size();
}

}  // namespace tocsin
