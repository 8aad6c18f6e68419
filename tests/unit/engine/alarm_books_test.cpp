// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_books.hpp"

#include <algorithm>
#include <random>
#include <string>

#include "rules/engine/alarm_book.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

std::unique_ptr<AlarmBook> book_named(const std::string& name) {
  Alarm alarm;
  alarm.name = name;
  auto out = std::make_unique<AlarmBook>();
  out->spec = std::make_shared<const Alarm>(std::move(alarm));
  return out;
}

std::vector<std::string> names_in(const AlarmBooks& books) {
  std::vector<std::string> out;
  for (const AlarmBook& book : books) out.push_back(book.spec->name);
  return out;
}

}  // namespace

TEST_CASE("books are found and gone through by name, in whatever order they came and went",
          "[rules][engine]") {
  std::vector<std::string> names;
  for (int i = 0; i < 2000; ++i) names.push_back("alarm-" + std::to_string(i));
  const std::vector<std::string> as_written = names;
  std::sort(names.begin(), names.end());
  std::vector<std::string> reversed(names.rbegin(), names.rend());
  std::vector<std::string> mixed = names;
  std::shuffle(mixed.begin(), mixed.end(), std::mt19937(7));
  for (const auto& order : {names, as_written, reversed, mixed}) {
    AlarmBooks books;
    CHECK(books.find("alarm-1") == nullptr);
    for (const std::string& name : order) books.insert(book_named(name));
    CHECK(names_in(books) == names);
    CHECK(&books.at("alarm-1234") == books.find("alarm-1234"));
    CHECK_FALSE(books.contains("alarm"));
    CHECK_FALSE(books.contains("alarm-99999"));
    CHECK(books.take("b") == nullptr);
    // Every second one, then those that are left.
    std::vector<std::string> left;
    for (std::size_t i = 0; i < mixed.size(); ++i) {
      if (i % 2 == 0)
        CHECK(books.take(mixed[i])->spec->name == mixed[i]);
      else
        left.push_back(mixed[i]);
    }
    std::sort(left.begin(), left.end());
    CHECK(names_in(books) == left);
    for (const std::string& name : left) books.take(name);
    CHECK(names_in(books).empty());
    books.insert(book_named("again"));
    CHECK(names_in(books) == std::vector<std::string>{"again"});
  }
}

}  // namespace tocsin
