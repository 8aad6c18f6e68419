// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_rule.hpp"

#include <algorithm>
#include <random>

#include "rules/alarm/composite_cycles.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

bool anything(std::string_view) { return true; }

std::variant<CompositeRule, CompositeError> parse(const std::string& text) {
  return parse_composite_rule(text, [](std::string_view name) { return name != "nobody"; });
}

CompositeRule accepted(const std::string& text) {
  auto parsed = parse(text);
  INFO(text);
  REQUIRE(std::holds_alternative<CompositeRule>(parsed));
  return std::get<CompositeRule>(std::move(parsed));
}

// "CODE COLUMN+LENGTH", or "accepted".
std::string refusal(const std::string& text) {
  const auto parsed = parse(text);
  const auto* error = std::get_if<CompositeError>(&parsed);
  if (error == nullptr) return "accepted";
  return std::string(to_string(error->fault)) + " " + std::to_string(error->column) + "+" +
         std::to_string(error->length);
}

std::string said(const std::string& text) {
  const auto parsed = parse(text);
  const auto* error = std::get_if<CompositeError>(&parsed);
  return error == nullptr ? "accepted" : error->text + " | " + error->hint;
}

std::string repeated(const std::string& text, int times, const std::string& between = "") {
  std::string all;
  for (int i = 0; i < times; ++i) all += (i > 0 ? between : "") + text;
  return all;
}

std::string names(int count) {
  std::string all;
  for (int i = 0; i < count; ++i)
    all += (i > 0 ? " OR ALARM(a" : "ALARM(a") + std::to_string(i) + ")";
  return all;
}

// A random rule that needs its parentheses, by precedence from OR down.
class RandomRule {
 public:
  explicit RandomRule(unsigned seed) : random_(seed) {}
  std::string text(int depth) {
    switch (depth > 0 ? random_() % 7 : random_() % 3) {
      case 0:
        return random_() % 2 == 0 ? "TRUE" : "false";
      case 1:
        return std::string(random_() % 2 == 0 ? "OK" : "INSUFFICIENT_DATA") + "( " + name() + ")";
      case 2:
        return "AT_LEAST(" + std::string(random_() % 2 == 0 ? "1," : "67% ,NOT ") + "ALARM,(" +
               name() + " , " + name() + "))";
      case 3:
        return "NOT " + text(depth - 1);
      case 4:
        return "(" + text(depth - 1) + ")";
      case 5:
        return text(depth - 1) + "\nAND " + text(depth - 1);
      default:
        return text(depth - 1) + " OR\t" + text(depth - 1);
    }
  }

 private:
  std::string name() {
    constexpr const char* kNames[] = {"a", "\"b c\"", "\"say \\\"d\\\\\"", "OK",
                                      "arn:aws:cloudwatch:r:1:alarm:e"};
    return kNames[random_() % 5];
  }
  std::mt19937 random_;
};

AlarmState state_by_bits(unsigned bits, std::string_view name) {
  return AlarmState((bits >> (2 * (name[0] % 4))) % 3);
}

}  // namespace

TEST_CASE("a refused composite rule says where", "[composite]") {
  CHECK(refusal("") == "length 1+1");
  CHECK(refusal("  ") == "syntax 3+1");
  CHECK(refusal("ALARM(a) XOR ALARM(b)") == "syntax 10+3");
  CHECK(refusal("ALARM(a) AND") == "syntax 13+1");
  CHECK(refusal("TRUE OR (ALARM(a)") == "syntax 9+1");
  CHECK(refusal("ALARM(a))") == "syntax 9+1");
  CHECK(refusal("ALARM(\"a)") == "syntax 7+3");
  CHECK(refusal("ALARM(\"\")") == "syntax 7+2");
  CHECK(refusal("ALARM(a,b)") == "syntax 8+1");
  CHECK(refusal("\"ALARM\"(a)") == "syntax 1+7");
  CHECK(refusal("TRUE AND ALARM(nobody)") == "unknown_alarm 16+6");
  CHECK(refusal("ALARM(arn:aws:sns:us-east-1:1:alarm:x)") == "bad_arn 7+31");
  CHECK(refusal("ALARM(\"arn:aws:cloudwatch:us-east-1:1:alarm:\")") == "bad_arn 7+39");
  CHECK(refusal("AT_LEAST(3, OK, (a, b))") == "at_least_threshold 10+1");
  CHECK(refusal("AT_LEAST(99999999999, OK, (a))") == "at_least_threshold 10+11");
  CHECK(refusal("AT_LEAST(ALARM, (a))") == "at_least_threshold 10+5");
  CHECK(refusal("AT_LEAST(-1, OK, (a))") == "at_least_threshold 10+2");
  CHECK(refusal("AT_LEAST(1.5, OK, (a))") == "syntax 10+3");
}

TEST_CASE("a refused composite rule helps the one who wrote it", "[composite]") {
  CHECK(said("ALARM(a) and ALARM(b)") ==
        "expected AND, OR or the end, but found `and` | in capitals: AND");
  CHECK(said("alarm(a)").find("in capitals: ALARM") != std::string::npos);
  CHECK(said("AT_LEAST(0, OK, (a, b))").find("from 1 to 2 |") != std::string::npos);
  CHECK(said("AT_LEAST(101%, OK, (a))").find("from 1 to 100% |") != std::string::npos);
  CHECK(said("ALARM(nobody)") == "there is no alarm \"nobody\" | ");
}

TEST_CASE("of several mistakes the one that the contract orders first is told", "[composite]") {
  const std::string many = " OR " + names(101) + " OR " + repeated("TRUE", 500, " OR ");
  CHECK(refusal("AT_LEAST(x, ALARM, (nobody)) OR").substr(0, 6) == "syntax");
  CHECK(refusal("AT_LEAST(0, ALARM, (a)) OR ALARM(nobody)").substr(0, 8) == "at_least");
  CHECK(refusal("ALARM(arn:x) OR ALARM(nobody)" + many).substr(0, 13) == "unknown_alarm");
  CHECK(refusal("ALARM(arn:x)" + many).substr(0, 7) == "bad_arn");
  CHECK(refusal("TRUE" + many).substr(0, 17) == "too_many_children");
  CHECK(refusal(repeated("TRUE", 501, " OR ")) == "too_many_elements 4001+4");
}

TEST_CASE("the limits of a composite rule are the last values accepted", "[composite]") {
  CHECK(refusal(names(100)) == "accepted");
  CHECK(refusal(names(101)).substr(0, 17) == "too_many_children");
  CHECK(refusal(repeated("(", 249) + "TRUE" + repeated(")", 249)) == "accepted");
  CHECK(refusal(repeated("(", 250) + "TRUE" + repeated(")", 250)).substr(0, 8) == "too_many");
  CHECK(refusal("TRUE" + std::string(10'236, ' ')) == "accepted");
  CHECK(refusal("TRUE" + std::string(10'237, ' ')) == "length 1+1");
  CHECK(refusal("ALARM(\"" + repeated("\u00e9", 10'231) + "\")") == "accepted");
}

TEST_CASE("ten thousand brackets or NOTs are judged, not suffered", "[composite]") {
  CHECK(refusal(std::string(10'240, '(')) == "syntax 10241+1");
  CHECK(refusal(repeated("(", 5'118) + "TRUE" + repeated(")", 5'118)).substr(0, 8) == "too_many");
  const CompositeRule nots = accepted(repeated("NOT ", 2'559) + "TRUE");
  CHECK(evaluate(nots, [](auto) { return AlarmState::ok; }) == AlarmState::ok);
  CHECK(to_string(nots) == "NOT TRUE");
}

TEST_CASE("a composite rule is printed with the brackets it needs and names in quotes",
          "[composite]") {
  CHECK(to_string(accepted("((ALARM ( a )OR OK(\"b c\")))AND(NOT((True)))")) ==
        "(ALARM(\"a\") OR OK(\"b c\")) AND NOT TRUE");
  CHECK(to_string(accepted("AT_LEAST( 60% ,NOT OK,(a,\"q\\\"\\\\\"))")) ==
        "AT_LEAST(60%, NOT OK, (\"a\", \"q\\\"\\\\\"))");
  CHECK(to_string(accepted("NOT (TRUE AND (TRUE AND FALSE)) OR (TRUE OR FALSE)")) ==
        "NOT (TRUE AND (TRUE AND FALSE)) OR (TRUE OR FALSE)");
}

TEST_CASE("a printed composite rule parses to the same rule", "[composite]") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const std::string text = RandomRule(seed).text(5);
    const CompositeRule rule = accepted(text);
    const CompositeRule again = accepted(to_string(rule));
    INFO(text);
    CHECK(to_string(again) == to_string(rule));
    CHECK(child_names(again) == child_names(rule));
    for (unsigned bits = 0; bits < 256; bits += 7) {
      const auto state_of = [&](std::string_view name) { return state_by_bits(bits, name); };
      REQUIRE(evaluate(again, state_of) == evaluate(rule, state_of));
    }
  }
}

TEST_CASE("every byte sequence is accepted or refused within its own text", "[composite]") {
  constexpr const char* kPieces[] = {"ALARM", "OK",   "AT_LEAST", "NOT", "AND", "OR", "(",
                                     ")",     ",",    "\"",       "\\",  " ",   "2",  "50%",
                                     "a",     "TRUE", "arn:x",    "\n",  "\xff"};
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto length = random() % 14; length > 0; --length) text += kPieces[random() % 19];
    const auto parsed = parse_composite_rule(text, anything);
    const auto* error = std::get_if<CompositeError>(&parsed);
    if (error == nullptr) continue;
    const auto end = static_cast<std::size_t>(error->column + error->length - 1);
    if (error->column < 1 || error->length < 1 || end > text.size() + 1) FAIL(text);
  }
}

TEST_CASE("children are found in every place, by name, each once", "[composite]") {
  const CompositeRule rule = accepted(
      "NOT ALARM(b) OR AT_LEAST(1, OK, (c, arn:aws-cn:cloudwatch:cn-north-1:1:alarm:a:x, b)) "
      "AND OK(\"a:x\")");
  CHECK(child_names(rule) == std::vector<std::string>{"a:x", "b", "c"});
  CHECK(references(rule).size() == 5);
}

TEST_CASE("only the members of a cycle are its members", "[composite]") {
  CHECK(find_cycle_members(
            {{"lead", {"x"}}, {"x", {"y", "m"}}, {"y", {"x", "tail"}}, {"tail", {}}}) ==
        std::vector<std::string>{"x", "y"});
  // On a way between two cycles, but on none.
  CHECK(find_cycle_members({{"a", {"a", "b"}}, {"b", {"c"}}, {"c", {"c"}}}) ==
        std::vector<std::string>{"a", "c"});
  CHECK(find_cycle_members({{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {}}}).empty());
}

TEST_CASE("random graphs have the cycle members that a walk from each alarm finds", "[composite]") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const int count = 1 + static_cast<int>(random() % 8);
    CompositeChildren graph;
    for (int i = 0; i < count; ++i) {
      auto& children = graph[std::string(1, static_cast<char>('a' + i))];
      for (auto edges = random() % 3; edges > 0; --edges)
        children.emplace_back(1, static_cast<char>('a' + random() % 9));
    }
    std::vector<std::string> wanted;
    for (const auto& [start, first] : graph) {
      std::vector<std::string> seen, todo = first;
      while (!todo.empty()) {
        const std::string at = todo.back();
        todo.pop_back();
        if (graph.count(at) == 0 || std::count(seen.begin(), seen.end(), at) > 0) continue;
        seen.push_back(at);
        todo.insert(todo.end(), graph[at].begin(), graph[at].end());
      }
      if (std::count(seen.begin(), seen.end(), start) > 0) wanted.push_back(start);
    }
    REQUIRE(find_cycle_members(graph) == wanted);
  }
}

TEST_CASE("a long chain of composites is no cycle and no burden", "[composite]") {
  CompositeChildren chain;
  for (int i = 0; i < 50'000; ++i) chain[std::to_string(i)] = {std::to_string(i + 1)};
  CHECK(find_cycle_members(chain).empty());
  chain["50000"] = {"0"};
  CHECK(find_cycle_members(chain).size() == 50'001);
}

TEST_CASE("the way round a cycle is the shortest, from its first member to itself", "[composite]") {
  const CompositeChildren graph{
      {"a", {"m", "b", "c"}}, {"b", {"c"}}, {"c", {"a"}}, {"above", {"a"}}, {"self", {"self"}}};
  using Path = std::vector<std::string>;
  CHECK(cycle_through(graph, "a") == Path{"a", "c", "a"});
  CHECK(cycle_through(graph, "b") == Path{"b", "c", "a", "b"});
  CHECK(cycle_through(graph, "self") == Path{"self", "self"});
  CHECK(cycle_through(graph, "above").empty());
}

TEST_CASE("in the order of evaluation children come first, and what leads to a cycle has no place",
          "[composite]") {
  CHECK(evaluation_order({{"a", {"c", "m"}},
                          {"b", {"a", "c"}},
                          {"c", {"m"}},
                          {"ring", {"ring"}},
                          {"above", {"ring", "a"}}}) == std::vector<std::string>{"c", "a", "b"});
}

TEST_CASE("a rule's value rests on the children that make it so", "[composite]") {
  using Names = std::vector<std::string>;
  const auto deciding = [](const std::string& text) {
    // a and b are in ALARM, c and d are OK.
    return deciding_children(accepted(text), [](std::string_view name) {
      return name < "c" ? AlarmState::alarm : AlarmState::ok;
    });
  };
  CHECK(deciding("ALARM(a) AND ALARM(b)") == Names{"a", "b"});
  CHECK(deciding("ALARM(a) OR ALARM(c)") == Names{"a"});
  CHECK(deciding("ALARM(a) AND ALARM(c)") == Names{"c"});
  CHECK(deciding("ALARM(c) OR ALARM(d)") == Names{"c", "d"});
  CHECK(deciding("ALARM(a) AND NOT (ALARM(c) OR OK(b))") == Names{"a", "b", "c"});
  CHECK(deciding("AT_LEAST(2, ALARM, (a, b, c))") == Names{"a", "b"});
  CHECK(deciding("AT_LEAST(3, ALARM, (a, b, c))") == Names{"c"});
  CHECK(deciding("AT_LEAST(1, NOT ALARM, (a, c))") == Names{"c"});
  CHECK(deciding("TRUE OR ALARM(c)").empty());
}

}  // namespace tocsin
