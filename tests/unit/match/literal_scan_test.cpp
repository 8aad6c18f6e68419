// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/literal_scan.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

constexpr std::size_t kNone = std::string_view::npos;
using Literals = std::vector<Literal>;
using Numbers = std::vector<std::uint32_t>;

// Every way to run, on the same literals.
struct Scans {
  explicit Scans(const Literals& literals, bool escapes = false) {
    for (const LiteralScan::Isa isa : LiteralScan::available())
      all.emplace_back(literals, escapes, isa);
  }
  std::vector<LiteralScan> all;
};

// Text in memory of its own size: a sanitizer sees a read beyond it.
struct Exact {
  explicit Exact(std::string_view text) : bytes(new char[text.size()]), size(text.size()) {
    std::copy(text.begin(), text.end(), bytes.get());
  }
  std::string_view view() const { return {bytes.get(), size}; }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

// Where a literal begins, with its separator if it begins a value.
std::size_t find_plainly(std::string_view text, const Literal& literal, std::size_t from) {
  if (!literal.begins_value) return text.find(literal.text, from);
  for (std::size_t at = from; at < text.size(); ++at)
    if (kValueSeparators.find(text[at]) != kNone && text.substr(at + 1).starts_with(literal.text))
      return at;
  return kNone;
}

// Whether a line begins in [from, to) behind a line break, and not with '{'.
bool has_other_lines(std::string_view text, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at + 1 < text.size() && at < to; ++at)
    if (text[at] == '\n' && text[at + 1] != '{') return true;
  return false;
}

// What LiteralScan promises, said plainly.
bool is_right(const LiteralScan::Find& find, std::string_view text, std::size_t from,
              Literals literals, bool escapes) {
  if (escapes) literals.emplace_back("\\u");
  std::size_t first_end = kNone;
  bool stands = false;
  for (const Literal& literal : literals) {
    const std::size_t at = find_plainly(text, literal, from);
    const std::size_t length = literal.text.size() + (literal.begins_value ? 1 : 0);
    if (at != kNone) first_end = std::min(first_end, at + length);
    stands = stands || (find.at != kNone && find_plainly(text, literal, find.at) == find.at);
  }
  if ((first_end == kNone) != (find.at == kNone)) return false;
  if (find.at != kNone && (!stands || find.at < from || first_end <= find.at)) return false;
  if (find.other_lines ? !has_other_lines(text, from, kNone) : has_other_lines(text, from, find.at))
    return false;
  const std::string_view passed = text.substr(from, find.at - from);
  const std::size_t last = passed.rfind('\n');
  return find.line_breaks ==
             static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n')) &&
         find.line_begin == (last == kNone ? from : from + last + 1);
}

Numbers all_in(std::string_view text, const Literals& literals) {
  Numbers found;
  for (std::uint32_t i = 0; i < literals.size(); ++i)
    if (find_plainly(text, literals[i], 0) != kNone) found.push_back(i);
  return found;
}

void check(const Scans& scans, std::string_view source, std::size_t from, const Literals& literals,
           bool escapes) {
  const Exact text(source);
  const Numbers expected = all_in(source, literals);
  for (std::size_t i = 0; i < scans.all.size(); ++i) {
    INFO("variant " << i << ", from " << from << ", text " << source);
    CHECK(is_right(scans.all[i].next(text.view(), from), source, from, literals, escapes));
    Numbers found = {7};
    scans.all[i].collect(text.view(), found);
    CHECK(found.front() == 7);
    CHECK(Numbers(found.begin() + 1, found.end()) == expected);
  }
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  char one_of(std::string_view set) { return set[below(set.size())]; }
  std::string text(std::size_t length, std::string_view set) {
    std::string out;
    while (out.size() < length) out += one_of(set);
    return out;
  }

 private:
  std::mt19937 engine_;
};

constexpr std::string_view kAlphabet = "ab\"\\u\n:D\xc3\xa9 b";

// Of like texts: pieces of one another, quoted or not.
Literals random_literals(Random& random, std::size_t count) {
  Literals literals;
  while (literals.size() < count) {
    std::string text = random.text(1 + random.below(random.below(8) == 0 ? 80 : 9), kAlphabet);
    if (!literals.empty() && random.below(2) == 0)
      text = literals[random.below(literals.size())].text.substr(0, 1 + random.below(12)) + text;
    if (random.below(3) == 0) text = '"' + text + '"';
    literals.emplace_back(std::move(text), random.below(4) == 0);
  }
  return literals;
}

}  // namespace

TEST_CASE("every variant finds what stands in random texts, and nothing else", "[match][scan]") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const Literals literals = random_literals(random, 1 + random.below(seed % 10 == 0 ? 200 : 6));
    const bool escapes = random.below(3) == 0;
    const Scans scans(literals, escapes);
    for (int i = 0; i < 12; ++i) {
      const std::size_t longest = i == 0 && seed % 8 < 2 ? 9000 : 300;
      std::string text = random.text(random.below(longest), kAlphabet.substr(random.below(4)));
      if (random.below(3) == 0)
        for (std::size_t at = 0; (at = text.find('\n', at)) != kNone;) text.insert(++at, 1, '{');
      if (random.below(2) == 0)
        text.insert(random.below(text.size() + 1), literals[random.below(literals.size())].text);
      check(scans, text, random.below(text.size() + 1), literals, escapes);
    }
  }
}

TEST_CASE("a literal is found wherever it stands, the ends of the text included", "[match][scan]") {
  for (const std::size_t length : {1, 2, 3, 4, 5, 7, 8, 9, 12, 47, 49, 64, 66, 128, 130, 300}) {
    Random random(static_cast<unsigned>(length));
    for (const bool quoted : {false, true}) {
      std::string literal = random.text(length, "xyzXYZ.");
      if (quoted && length > 1) literal.front() = literal.back() = '"';
      const Scans scans({literal});
      for (std::size_t before = 0; before < 135; before += 1 + before / 70)
        for (const std::size_t after : {0, 1, 3, 7, 60, 64, 70}) {
          const std::string text = std::string(before, '-') + literal + std::string(after, '-');
          check(scans, text, 0, {literal}, false);
          check(scans, text, before / 2, {literal}, false);
          check(scans, text, before, {literal}, false);
          if (before + 1 < text.size()) check(scans, text, before + 1, {literal}, false);
          check(scans, text.substr(0, before + length - 1), 0, {literal}, false);
        }
    }
  }
}

TEST_CASE("a short text in which a literal stands is never denied", "[match][scan]") {
  std::size_t denied = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    Literals literals = random_literals(random, 1 + random.below(20));
    for (Literal& literal : literals) literal.begins_value = false;
    const Scans scans(literals);
    for (int i = 0; i < 20; ++i) {
      const std::string text = random.text(random.below(70), "xyz" + std::string(kAlphabet));
      const Exact around(text + random.text(random.below(100), kAlphabet));
      const std::string_view inside = around.view().substr(0, text.size());
      for (const LiteralScan& scan : scans.all) {
        const bool may = scan.may_stand_in(inside, around.size);
        INFO(text);
        CHECK((may || all_in(text, literals).empty()));
        denied += !may;
      }
    }
  }
  CHECK(denied > 100);
}

TEST_CASE("lines are counted up to the find, whatever the literal's window", "[match][scan]") {
  const std::string text = "one\n\ntwo a\nb\nXQZ\nlast";
  for (const LiteralScan::Isa isa : LiteralScan::available()) {
    const LiteralScan::Find find = LiteralScan({"a\nb\nXQZ"}, false, isa).next(text, 1);
    CHECK(find.at == 9);
    CHECK(find.line_breaks == 2);
    CHECK(find.line_begin == 5);
  }
  const Literals alone = {"\n"}, several = {"a\nb\nXQZ", "last"}, value = {{"last", true}};
  for (const Literals& literals : {alone, several, value})
    for (std::size_t from = 0; from < text.size(); ++from)
      check(Scans(literals), text, from, literals, false);
}

TEST_CASE("a literal that begins a value counts only behind a separator", "[match][scan]") {
  for (const std::string text : {"1", "1234", "401", "1234567", "12345678", "111122223333"}) {
    const Literals literals = {{text, true}};
    const Scans scans(literals);
    for (std::size_t length = 0; length < 70; ++length)
      for (const std::string before :
           {"\"", ":", ",", "[", " ", "\t", "\n", "\r", "0", "a", "}", ""})
        check(scans, std::string(length, '-') + before + text + ",\n1" + text, 0, literals, false);
  }
}

TEST_CASE("the first escape of a text is a find", "[match][scan]") {
  for (std::size_t before = 0; before < 130; ++before) {
    const std::string filler = std::string(before, 'u');
    check(Scans({"nowhere"}, true), filler + "\\u0041", 0, {"nowhere"}, true);
    check(Scans({}, true), filler + "\\", 0, {}, true);
    check(Scans({}, true), filler + "\\u", 0, {}, true);
  }
}

TEST_CASE("no literals are found nowhere", "[match][scan]") {
  check(Scans({}), "one\ntwo", 0, {}, false);
  check(Scans({}), "", 0, {}, false);
  check(Scans({"\""}), "", 0, {"\""}, false);
}

TEST_CASE("thousands of literals that begin alike are told apart", "[match][scan]") {
  Literals literals;
  for (int i = 0; i < 4000; ++i) {
    const std::string number = std::to_string(i * 7);
    const std::string kinds[] = {"\"Describe" + number + "Things\"", "\"Describe" + number,
                                 "Describe" + number + ".host", "1000" + number};
    literals.push_back(kinds[i % 4]);
  }
  const Scans scans(literals);
  Random random(1);
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(random.below(30000));
    check(scans, "{\"x\":1000,\"eventName\":\"Describe" + number + "Things\"}\n", 0, literals,
          false);
    check(scans, "Describe" + number + ".host " + number + ' ' + "1000" + number, 0, literals,
          false);
  }
}
