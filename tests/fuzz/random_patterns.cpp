// SPDX-License-Identifier: Apache-2.0
#include "random_patterns.hpp"

#include <algorithm>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/fields.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin::fuzz {
namespace {

bool is_bare(const std::string& text) {
  constexpr std::string_view others = "_.*-+";
  return !text.empty() && text != "null" && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_plain_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-';
  });
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string piece_of(const std::string& text, Random& random) {
  if (text.empty()) return text;
  const std::size_t begin = random.below(text.size());
  return text.substr(begin, 1 + random.below(text.size() - begin));
}

std::string regex_of(const std::string& text, Random& random) {
  constexpr std::string_view plain = ":_#=@/;,- ", operators = "^$?[]{}|\\*+.";
  std::string body;
  for (const char c : piece_of(text, random)) {
    if (random.chance(10))
      body += random.of({".", "\\w?", "[^~x]?", ".*", "\\S?", "[a-zA-Z0-9]*", "x{,2}"});
    else if (operators.find(c) != std::string_view::npos)
      body += std::string("\\") + c;
    else if (is_alphanumeric(c) || plain.find(c) != std::string_view::npos)
      body += c;
    else
      body += random.of({".+", "\\W*", "[^a]?"});
    if (random.chance(5)) body += random.of({"+", "?", "{1,3}"});
  }
  if (body.empty() || random.chance(5)) body = random.of({"^$", ".", "a|b", "^.*$", "\\d+", "no"});
  if (random.chance(10)) body += random.of({"|x", "|^1", "|t$"});
  if (random.chance(10)) body = "^" + body;
  return "%" + body + "%";
}

std::string written(const std::string& text, Random& random) {
  return is_bare(text) && !is_number(text) && random.chance(60) ? text : quoted(text);
}

std::string equal_number(const std::string& number, Random& random) {
  if (!random.chance(50)) return number;
  const bool plain = number.find_first_of(".eE") == std::string::npos;
  return plain ? number + random.of({".0", "e0", ".", "00e-2"}) : number;
}

const std::vector<std::string> kSomeNumbers = {
    "0", "1", "5", "404", "-1", "1e2", "9007199254740992", "0.1", "1e400", "+12", ".5"};

class ValueTest {
 public:
  ValueTest(const std::string& subject, bool number, Random& random)
      : subject_(subject), number_(number), random_(random) {}

  // "= x", "< 5"; `part` says of what kind.
  std::string make(std::string& part) {
    switch (random_.below(number_ ? 10 : 7)) {
      case 0:
      case 1:
        return "= " + word(part);
      case 2:
        return "!= " + word(part = "!=");
      case 3:
        part = "= *x*";
        return "= " + written(wildcard(part), random_);
      case 4:
        part = random_.chance(80) ? "= regex" : "!= regex";
        return part.substr(0, part.find(' ')) + " " + regex_of(subject_, random_);
      case 5:
        if (random_.chance(70)) break;
        part = random_.chance(60) ? "= *" : "!= *";
        return part;
      default:
        break;
    }
    return number(part);
  }

 private:
  std::string word(std::string& part) {
    const std::string text = random_.chance(75) ? subject_ : random_.of({"Root", "a", "x", "404"});
    const bool negated = part == "!=";
    part = negated ? "!= word" : "= word";
    if (negated && random_.chance(30)) {
      part = "!= wildcard";
      return written(text + "*", random_);
    }
    return written(text, random_);
  }

  std::string wildcard(std::string& part) {
    const std::size_t kind = random_.below(3);
    const std::size_t cut = subject_.empty() ? 0 : random_.below(subject_.size() + 1);
    if (kind == 0) return part = "= x*", subject_.substr(0, cut) + "*";
    if (kind == 1) return part = "= *x", "*" + subject_.substr(cut);
    return part = "= *x*", "*" + piece_of(subject_, random_) + "*";
  }

  std::string number(std::string& part) {
    const std::string op = random_.of({"=", "=", "!=", "<", ">", "<=", ">="});
    part = op + " number";
    std::string literal = is_number(subject_) && random_.chance(60)
                              ? equal_number(subject_, random_)
                              : random_.of(kSomeNumbers);
    return op + " " + literal;
  }

  const std::string& subject_;
  const bool number_;
  Random& random_;
};

class JsonMaker {
 public:
  JsonMaker(const Value& model, Random& random) : model_(model), random_(random) {}

  MadePattern make() {
    made_.text = "{ " + expression(3) + " }";
    return std::move(made_);
  }

  // A path to some value, as a selector.
  std::string selector(const Value*& at) {
    at = &model_;
    std::string out = "$";
    while (at->kind == Value::Kind::object || at->kind == Value::Kind::array) {
      if (out.size() > 1 && random_.chance(8)) break;
      const bool object = at->kind == Value::Kind::object;
      const std::size_t size = object ? at->members.size() : at->elements.size();
      if (size == 0) break;
      const std::size_t i = random_.below(size);
      out += segment(object, i, object ? at->members[i].first : "");
      at = object ? &at->members[i].second : &at->elements[i];
    }
    return out.size() > 1 ? out : "$.a";
  }

 private:
  std::string segment(bool object, std::size_t index, const std::string& name) {
    if (random_.chance(7)) return note("selector: wildcard"), random_.of({".*", "[*]"});
    if (!object) return note("selector: index"), "[" + std::to_string(index) + "]";
    if (is_plain_name(name) && random_.chance(80)) return "." + name;
    note("selector: brackets");
    return random_.of({".", ""}) + "['" + name + "']";
  }

  void note(const std::string& part) { made_.parts.push_back("json " + part); }

  std::string condition() {
    const Value* value = nullptr;
    std::string at = selector(value);
    if (random_.chance(6)) at += random_.of({".absent", "[7]", ".a"}), value = nullptr;
    const bool absent = value == nullptr || random_.chance(3);
    if (absent && random_.chance(70)) return note("NOT EXISTS"), at + " NOT EXISTS";
    const Value nothing;
    if (value == nullptr) value = &nothing;
    if (value->kind == Value::Kind::null && random_.chance(80))
      return note("IS NULL"), at + " IS NULL";
    if (value->kind == Value::Kind::boolean && random_.chance(80)) {
      const bool yes = (value->text == "true") != random_.chance(15);
      return note(yes ? "IS TRUE" : "IS FALSE"), at + (yes ? " IS TRUE" : " IS FALSE");
    }
    std::string part;
    const std::string test =
        ValueTest(value->text, value->kind == Value::Kind::number, random_).make(part);
    note(part);
    return at + " " + test;
  }

  std::string expression(int depth) {
    if (depth == 0 || random_.chance(45)) return condition();
    if (random_.chance(8)) return many();
    const bool all = random_.chance(50);
    note(all ? "&&" : "||");
    std::string out;
    for (std::size_t i = 0, n = 2 + random_.below(3); i < n; ++i) {
      if (i > 0) out += all ? " && " : " || ";
      const std::string operand = expression(depth - 1);
      out += all || random_.chance(30) ? "(" + operand + ")" : operand;
    }
    return out;
  }

  // One of many values, as people write them.
  std::string many() {
    note("one of many values");
    const Value* value = nullptr;
    const std::string at = selector(value);
    std::string out;
    for (std::size_t i = 0, n = 3 + random_.below(20), hit = random_.below(30); i < n; ++i) {
      if (i > 0) out += " || ";
      const std::string text = i == hit ? value->text : "v" + std::to_string(random_.below(40));
      out += at + " = " + (is_number(text) ? text : written(text, random_));
    }
    return "(" + out + ")";
  }

  const Value& model_;
  Random& random_;
  MadePattern made_;
};

}  // namespace

MadePattern random_json_pattern(const Value& model, Random& random) {
  return JsonMaker(model, random).make();
}

std::string random_selector(const Value& model, Random& random) {
  const Value* at = nullptr;
  return JsonMaker(model, random).selector(at);
}

MadePattern random_terms_pattern(const std::string& line, Random& random) {
  MadePattern made;
  const bool optional = random.chance(25);
  for (std::size_t i = 0, n = 1 + random.below(4); i < n; ++i) {
    std::string term = random.chance(85) ? piece_of(line, random) : "absent";
    if (term.empty()) term = " ";
    std::string part = "terms required", sign;
    if (optional && random.chance(95)) sign = "?", part = "terms optional";
    if (!optional && random.chance(20)) sign = random.of({"-", "- "}), part = "terms exclusion";
    if (sign.starts_with('-') && random.chance(80)) term = random.of({"absent", "never", "zzz"});
    const bool plain = is_plain_name(term) && term.find('-') == std::string::npos;
    if (random.chance(15)) {
      part += " regex";
      term = regex_of(term, random);
    } else if (!plain || random.chance(40)) {
      term = quoted(term);
    }
    if (!made.text.empty()) made.text += ' ';
    made.text += sign + term;
    made.parts.push_back(part);
  }
  return made;
}

MadePattern random_delimited_pattern(const std::string& line, Random& random) {
  MadePattern made;
  std::vector<Field> fields;
  split_fields(line, fields);
  const bool ellipsis = random.chance(40);
  const std::size_t count = fields.empty() ? 0 : std::min<std::size_t>(fields.size(), 8);
  const std::size_t hole = ellipsis ? random.below(count + 1) : count + 1;
  std::string out;
  for (std::size_t i = 0; i <= count; ++i) {
    if (i == hole) out += std::string(out.empty() ? "" : ", ") + "...";
    if (i == count) break;
    // In front of the ellipsis entries count from the left, behind it from the right.
    const std::size_t at = i < hole ? i : fields.size() - count + i;
    const std::string name = "w" + std::to_string(i);
    std::string entry = random.chance(10) ? "" : name;
    if (!entry.empty() && random.chance(35)) {
      std::string part;
      const std::string field(fields[at].text);
      entry += " " + ValueTest(field, is_number(field), random).make(part);
      made.parts.push_back("delimited " + part);
      if (random.chance(15)) {
        const bool all = random.chance(50);
        entry += (all ? " && " : " || ") + name + " " +
                 ValueTest(field, is_number(field), random).make(part);
        made.parts.push_back(all ? "delimited &&" : "delimited ||");
      }
    }
    out += (i == 0 && hole != 0 ? "" : ", ") + entry;
  }
  made.text = "[" + out + "]";
  made.parts.push_back(ellipsis ? "delimited ..." : "delimited all fields");
  return made;
}

std::string random_line(Random& random) {
  std::string out;
  for (std::size_t n = random.below(9); n > 0; --n) {
    out += random.of({"ERROR",
                      "GET",
                      "/index.html",
                      "200",
                      "404",
                      "0.5",
                      "127.0.0.1",
                      "-",
                      "1e2",
                      "\"GET / HTTP/1.1\"",
                      "[10/Oct/2000:13:55:36 -0700]",
                      "\"open",
                      "]x",
                      "user=bob",
                      "Failed",
                      "password",
                      "\xC3\xA9t\xC3\xA9",
                      "\"\"",
                      "[]",
                      "a\\b",
                      "%x%",
                      "{}",
                      "\xFF\xFE"});
    if (n > 1) out += random.of({" ", " ", " ", "  ", "\t"});
  }
  return out;
}

}  // namespace tocsin::fuzz
