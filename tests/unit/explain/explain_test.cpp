// SPDX-License-Identifier: Apache-2.0
// What an author is told about a pattern, and what people take for something else in it.
#include "rules/explain/explanation.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

Explanation explained(const std::string& text) {
  INFO(text);
  auto compiled = Pattern::compile(text, {.quotas = false});
  REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(compiled));
  return explain(*std::get<std::shared_ptr<const Pattern>>(compiled));
}
// Of a pattern of one clause.
std::string meaning(const std::string& text) { return explained(text).root.value().meaning; }
std::string note(const std::string& text) {
  const Clause root = explained(text).root.value();
  return root.notes.empty() ? "" : root.notes.front();
}
bool warns(const std::string& text, const std::string& words) {
  return note(text).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a condition on a property is a sentence", "[explain]") {
  CHECK(meaning("{ $.errorCode = \"*Denied\" }") ==
        "the property errorCode is a text or number that ends with \"Denied\"");
  CHECK(meaning("{ $.a.b = Root }") == "the property a.b is the text \"Root\"");
  CHECK(meaning("{ $.a = b* }") == "the property a is a text or number that begins with \"b\"");
  CHECK(meaning("{ $.a = *b* }") == "the property a is a text or number that contains \"b\"");
  CHECK(meaning("{ $.a = * }") == "the property a is any text or number");
  CHECK(meaning("{ $.a != x }") ==
        "the property a is there, and is a text or number that is not \"x\"");
  CHECK(meaning("{ $.a = 4 }") ==
        "the property a is the number 4, however it is written, or the text \"4\"");
  CHECK(meaning("{ $.a >= 4 }") == "the property a is a number that is at least 4");
  CHECK(meaning("{ $.a = %^x% }") ==
        "the property a is a text or number that contains a match of %^x%");
  CHECK(meaning("{ $.l[*].n = x }") == "some property l[*].n is the text \"x\"");
  CHECK(meaning("{ $.a IS TRUE }") == "the property a is the boolean true");
  CHECK(meaning("{ $.a NOT EXISTS }") == "the property a is absent (null would be there)");
}

TEST_CASE("conditions are joined as they bind", "[explain]") {
  const Clause root = explained("{ $.a = 1 || $.b = 2 && ($.c = 3 || $.d = 4) }").root.value();
  CHECK(root.join == Clause::Join::any_of);
  REQUIRE(root.parts.size() == 2);
  CHECK(root.parts[0].source == "$.a = 1");
  CHECK(root.parts[1].join == Clause::Join::all_of);
  REQUIRE(root.parts[1].parts.size() == 2);
  CHECK(root.parts[1].parts[1].join == Clause::Join::any_of);
}

TEST_CASE("fields are told by place and name", "[explain]") {
  const Clause root = explained("[ip, , ..., status = 4*, bytes > 10 || bytes = 0]").root.value();
  REQUIRE(root.parts.size() == 5);
  CHECK(root.parts[0].meaning == "field 1, named ip: anything");
  CHECK(root.parts[1].meaning == "field 2, without a name: anything");
  CHECK(root.parts[2].meaning == "any number of fields, also none");
  CHECK(root.parts[3].meaning == "field 2 from the end, named status begins with \"4\"");
  CHECK(root.parts[4].join == Clause::Join::any_of);
  CHECK(root.parts[4].meaning == "the last field, named bytes");
  CHECK(explained("[a, b]").root->parts[1].meaning.find("rest of the line") != std::string::npos);
}

TEST_CASE("terms are told by the part they play", "[explain]") {
  const Clause all = explained("ERROR -\"disk full\" ?WARN").root.value();
  CHECK(all.join == Clause::Join::all_of);
  CHECK(all.parts[1].meaning == "the text \"disk full\" stands nowhere in the event");
  CHECK(all.parts[2].meaning == "ignored, since other terms stand beside it");
  CHECK(all.parts[2].notes.size() == 1);
  CHECK(explained("?a ?b").root->join == Clause::Join::any_of);
}

TEST_CASE("a pattern that every event matches has no clauses", "[explain]") {
  for (const char* text : {"", "\" \"", "[]", "[...]"}) CHECK_FALSE(explained(text).root);
}

TEST_CASE("what people take for something else is told where it stands", "[explain]") {
  CHECK(warns("{ $.a != x }", "($.a != x) || ($.a NOT EXISTS)"));
  CHECK(warns("{ $.a = Ev*ent }", "is an asterisk"));
  CHECK(warns("{ $.a = true }", "IS TRUE"));
  CHECK(warns("{ $.a = \"401\" }", "letter by letter"));
  CHECK(warns("{ $.a = \"%x%\" }", "% inside quotes is text"));
  CHECK(warns("{ $.ip = 10.0.* }", "no arithmetic of IP addresses"));
  CHECK(warns("{ $.a != * }", "never holds"));
  CHECK(explained("a OR b").root->parts[1].notes.size() == 1);
  CHECK(explained("[a, b = x]").root->parts[1].notes.size() == 1);
  CHECK(note("{ $.a = Event* }").empty());
}

TEST_CASE("a note is told once, and not where its advice was taken", "[explain]") {
  const Clause twice = explained("{ $.a != x && $.b != y }").root.value();
  CHECK(twice.parts[0].notes.size() == 1);
  CHECK(twice.parts[1].notes.empty());
  const Clause taken = explained("{ ($.a != x) || ($.a NOT EXISTS) }").root.value();
  CHECK(taken.parts[0].notes.empty());
}

TEST_CASE("literals of the prefilter are told, or that there are none", "[explain]") {
  CHECK(explained("{ $.eventName = ConsoleLogin }").literals ==
        std::vector<std::string>{"\"ConsoleLogin\""});
  CHECK_FALSE(explained("{ $.a NOT EXISTS }").literals);
  CHECK_FALSE(explained("").literals);
}
