// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/member_literals.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "rules/match/json/json_tokens.hpp"
#include "rules/match/literals/log_sample.hpp"
#include "rules/match/literals/value_filter.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

// Behind a name stand a colon and a string or number that one of many keys holds of, or a string
// with an escape, of which nothing is known.
class ValueCondition : public LiteralCondition {
 public:
  explicit ValueCondition(const std::vector<const RequiredLiteral*>& values) {
    for (const RequiredLiteral* value : values) {
      if (value->regex) regexes_.push_back(value->regex);
      add(value->value, value->regex ? static_cast<std::uint32_t>(regexes_.size()) : 0);
    }
    keys_.seal();
    starts_.seal();
    ends_.seal();
  }

  // What it holds of is known by its first bytes.
  static bool is_beginning(const FieldKey& key) {
    return key.kind == FieldKey::Kind::whole || key.kind == FieldKey::Kind::prefix;
  }

  bool holds(std::string_view text, std::size_t end) const override {
    std::size_t at = skip_white(text, end);
    if (at == text.size() || text[at] != ':') return false;
    at = skip_white(text, at + 1);
    if (at == text.size()) return false;
    const std::string_view rest = text.substr(at);
    if (rest.front() == '"') return holds_of_string(text, at + 1);
    if (rest.front() != '-' && !is_digit(rest.front())) return false;
    return keys_.has_key_of(rest.substr(0, rest.find_first_of(",]} \t\r\n")));
  }

  const std::vector<ValueBeginning>* beginnings() const override {
    return begin_anyhow_ ? nullptr : &beginnings_;
  }

 private:
  // Of one thread.
  struct Scratch {
    std::vector<std::uint32_t> literals, found;
    std::string value;
    RegexScratch regexes;
  };

  // `regex`: its number from 1 on; 0: the key is enough.
  void add(const FieldKey& key, std::uint32_t regex) {
    keys_.add(key, regex);
    if (key.kind == FieldKey::Kind::suffix) ends_.add(0, ValueBeginning::suffix(key.text));
    begin_anyhow_ = begin_anyhow_ || !is_beginning(key);
    if (!is_beginning(key)) return;
    beginnings_.push_back(key.kind == FieldKey::Kind::whole ? ValueBeginning::whole(key.text)
                                                            : ValueBeginning::prefix(key.text));
    starts_.add(0, beginnings_.back());
  }

  static std::size_t skip_white(std::string_view text, std::size_t at) {
    while (at < text.size() && JsonTokens::is_json_white(text[at])) ++at;
    return at;
  }

  // Without a second quote it is no JSON.
  bool holds_of_string(std::string_view text, std::size_t begin) const {
    const std::size_t close = text.find('"', begin);
    if (close == std::string_view::npos) return false;
    const std::string_view value = text.substr(begin, close - begin);
    if (!may_hold(text, begin, close)) return value.find('\\') != std::string_view::npos;
    const bool holds = regexes_.empty() ? keys_.has_key_of(value) : has_key_and_regex_of(value);
    return holds || value.find('\\') != std::string_view::npos;
  }

  // False: no key holds of text[begin, close), unless there is an escape in it.
  bool may_hold(std::string_view text, std::size_t begin, std::size_t close) const {
    constexpr std::size_t kBytes = ValueFilter::kBytes;
    const char* const bytes = text.data();
    if (begin + kBytes > text.size() || close + 1 < kBytes) return true;
    if (!starts_.empty() && starts_.may_begin(0, bytes + begin)) return true;
    if (!ends_.empty() && ends_.may_end(0, bytes + close + 1)) return true;
    return keys_.may_have_inner(text.substr(begin, close - begin), text.size() - begin);
  }

  bool has_key_and_regex_of(std::string_view value) const {
    // What takes longer than to read the event is left to those who do.
    constexpr std::size_t kSearchedBytesMax = 512;
    if (value.size() > kSearchedBytesMax) return keys_.has_key_of(value);
    thread_local Scratch scratch;
    scratch.found.clear();
    FieldValue field(value);
    keys_.find(field, scratch.literals, scratch.found);
    if (scratch.found.empty()) return false;
    // A copy: the text may lie in a file that somebody writes to, and PCRE2 must not see it change.
    const std::string& copy = scratch.value.assign(value);
    if (!is_ascii(copy)) return true;
    const std::uint64_t limits = scratch.regexes.limits_reached();
    const bool found = std::any_of(scratch.found.begin(), scratch.found.end(), [&](auto regex) {
      return regex == 0 || regexes_[regex - 1]->search(copy, scratch.regexes);
    });
    // A limit is met again, and counted, where the event is matched.
    return found || scratch.regexes.limits_reached() != limits;
  }
  static bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }

  FieldTriggers keys_;
  std::vector<std::shared_ptr<const Regex>> regexes_;
  std::vector<ValueBeginning> beginnings_;
  ValueFilter starts_, ends_;
  bool begin_anyhow_ = false;  // of some keys that is not known
};

bool is_quoted(const RequiredLiteral& literal) {
  return literal.begins_value || literal.text.front() == '"' || literal.text.back() == '"';
}

// How many places a value lets pass that is looked for itself, beside others.
std::size_t weight(const RequiredLiteral& literal) {
  // A piece of an account or address is a piece of many; what is shorter than a key of stage two,
  // and stands anywhere, too.
  constexpr std::size_t kAnyText = 3, kAnyNumber = 50, kShort = 16, kShortBytes = 7;
  // Where a name is looked for, regexes are searched, so that few events need be read.
  constexpr std::size_t kRegex = 50, kSeen = 500;
  if (literal.regex) return kRegex + kSeen * LogSample::get().count(literal.text);
  const bool quoted = is_quoted(literal), beginning = ValueCondition::is_beginning(literal.value);
  const bool number = literal.text.find_first_not_of("0123456789.-:") == std::string::npos;
  if (number && !quoted) return kAnyNumber;
  if (!beginning && literal.text.size() <= kShortBytes) return kShort;
  return quoted ? 1 : kAnyText;
}

// What a look behind a name costs.
std::size_t price(const std::vector<const RequiredLiteral*>& values) {
  // Ends of values and pieces of them take longer to find than beginnings do.
  constexpr std::size_t kAnyhow = 16;
  const bool beginnings = std::all_of(
      values.begin(), values.end(),
      [](const RequiredLiteral* literal) { return ValueCondition::is_beginning(literal->value); });
  return beginnings ? 1 : kAnyhow;
}

bool are_many(const std::vector<const RequiredLiteral*>& values, const std::string& name,
              std::size_t many) {
  std::size_t weights = 0;
  for (const RequiredLiteral* value : values) weights += weight(*value);
  const std::size_t places = std::max<std::size_t>(LogSample::get().count(name), 1);
  return weights >= many * places * price(values);
}

}  // namespace

std::vector<Literal> member_literals(std::vector<RequiredLiteral> required,
                                     std::size_t many_values) {
  std::vector<Literal> literals;
  std::map<std::string, std::vector<const RequiredLiteral*>> by_member;
  for (const RequiredLiteral& literal : required)
    if (literal.member.empty())
      literals.push_back(literal);
    else
      by_member[literal.member].push_back(&literal);
  for (const auto& [member, values] : by_member) {
    const std::string name = '"' + member + '"';
    if (are_many(values, name, many_values)) {
      literals.emplace_back(name);
      literals.back().condition = std::make_shared<const ValueCondition>(values);
    } else {
      for (const RequiredLiteral* value : values) literals.push_back(*value);
    }
  }
  std::sort(literals.begin(), literals.end());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  return literals;
}

}  // namespace tocsin
