// SPDX-License-Identifier: Apache-2.0
#include "random_json.hpp"

#include "rules/pattern/characters.hpp"

namespace tocsin::fuzz {
namespace {

const std::vector<std::string> kNumbers = {"0",
                                           "1",
                                           "2",
                                           "3",
                                           "5",
                                           "12",
                                           "404",
                                           "401",
                                           "-1",
                                           "1.5",
                                           "-2.5",
                                           "0.1",
                                           "1e2",
                                           "1E-2",
                                           "-0",
                                           "1e400",
                                           "1e-400",
                                           "100",
                                           "9007199254740993",
                                           "9007199254740992",
                                           "18446744073709551616",
                                           "123456789012345678901234567890"};
const std::vector<std::string> kStrings = {"Root",
                                           "root",
                                           "ERROR",
                                           "GetObject",
                                           "PutBucketAcl",
                                           "s3.amazonaws.com",
                                           "10.0.0.1",
                                           "401",
                                           "404",
                                           "1",
                                           "1.5",
                                           "true",
                                           "null",
                                           "",
                                           "a",
                                           "ab",
                                           "a*b",
                                           "/var/log/x",
                                           "arn:aws:iam::123456789012:user/alice",
                                           "arn:aws:iam::123456789012:user/bob",
                                           "arn:aws:iam::123",
                                           "DescribeInstance",
                                           "DescribeInstances",
                                           "DescribeInstanceStatus",
                                           "DescribeInstanc",
                                           "a b",
                                           "\"x\"",
                                           "a\\b",
                                           "line\nbreak",
                                           "tab\there",
                                           "\xC3\xA9t\xC3\xA9",
                                           "\xE6\x97\xA5",
                                           "\xF0\x9F\x94\x94 bell",
                                           "\b\f\r\x01",
                                           "User: arn is not authorized to perform",
                                           "ConsoleLogin",
                                           "Failed authentication",
                                           "1e2"};

}  // namespace

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {"a",
                                               "b",
                                               "c",
                                               "eventName",
                                               "eventSource",
                                               "errorCode",
                                               "userIdentity",
                                               "type",
                                               "arn",
                                               "n",
                                               "list",
                                               "user-id",
                                               "x.y",
                                               "\xC3\xA9",
                                               "say \"hi\"",
                                               "back\\it",
                                               "/path",
                                               "eventNam",
                                               "eventName2",
                                               "requestParameters",
                                               ""};
  return all;
}

Value value_of(const JsonNode& node) {
  static constexpr Value::Kind kKinds[] = {Value::Kind::null,   Value::Kind::boolean,
                                           Value::Kind::number, Value::Kind::string,
                                           Value::Kind::object, Value::Kind::array};
  Value value{kKinds[static_cast<std::size_t>(node.kind)], std::string(node.text), {}, {}};
  if (node.kind == JsonNode::Kind::boolean) value.text = node.boolean ? "true" : "false";
  for (const JsonNode* child = node.first_child; child != nullptr; child = child->next)
    if (node.kind == JsonNode::Kind::object)
      value.members.emplace_back(std::string(child->name), value_of(*child));
    else
      value.elements.push_back(value_of(*child));
  return value;
}

Value random_scalar(Random& random) {
  switch (random.below(10)) {
    case 0:
      return {};
    case 1:
      return {Value::Kind::boolean, random.of({"true", "false"}), {}, {}};
    case 2:
    case 3:
    case 4:
      return {Value::Kind::number, random.of(kNumbers), {}, {}};
    default:
      return {Value::Kind::string, random.of(kStrings), {}, {}};
  }
}

Value random_object(Random& random, int depth) {
  Value object{Value::Kind::object, {}, {}, {}};
  const std::size_t size = random.chance(3) ? 40 : random.below(8);
  for (std::size_t i = 0; i < size; ++i) {
    Value child = random_scalar(random);
    if (depth > 0 && random.chance(20)) child = random_object(random, depth - 1);
    if (depth > 0 && random.chance(15)) {
      child = {Value::Kind::array, {}, {}, {}};
      for (std::size_t n = random.below(5); n > 0; --n)
        child.elements.push_back(random.chance(30) ? random_object(random, depth - 1)
                                                   : random_scalar(random));
    }
    std::string name = size == 40 ? "n" + std::to_string(i) : random.of(names());
    bool known = false;
    for (const auto& member : object.members) known = known || member.first == name;
    if (!known) object.members.emplace_back(std::move(name), std::move(child));
  }
  return object;
}

namespace {

class Writer {
 public:
  Writer(const Style& style, Random& random, Tally& tally)
      : style_(style), random_(random), tally_(tally) {}

  void value(const Value& v) {
    white();
    switch (v.kind) {
      case Value::Kind::null:
        out += "null";
        break;
      case Value::Kind::boolean:
        out += v.text;
        break;
      case Value::Kind::number:
        number(v.text);
        break;
      case Value::Kind::string:
        string(v.text);
        break;
      case Value::Kind::object:
        object(v);
        break;
      case Value::Kind::array:
        out += '[';
        for (std::size_t i = 0; i < v.elements.size(); ++i) {
          if (i > 0) out += ',';
          value(v.elements[i]);
        }
        out += ']';
        break;
    }
    white();
  }

  std::string out;

 private:
  void white() {
    if (random_.chance(4)) out += random_.of({" ", "\t", "  "});
    if (style_.line_breaks && random_.chance(2)) out += random_.of({"\n", "\r\n"});
  }

  void object(const Value& v) {
    out += '{';
    for (std::size_t i = 0; i < v.members.size(); ++i) {
      if (i > 0) out += ',';
      if (style_.doubles && random_.chance(10)) {
        ++tally_["event: a name twice"];
        member(v.members[i].first, random_scalar(random_));
        out += ',';
      }
      member(v.members[i].first, v.members[i].second);
    }
    out += '}';
  }

  void member(const std::string& name, const Value& v) {
    white();
    string(name);
    white();
    out += ':';
    const std::size_t colon = out.size();
    value(v);
    if (out.compare(colon, 2, " \"") == 0) ++tally_["event: a blank before a string"];
    if (v.kind == Value::Kind::string && v.text.size() > 16)
      ++tally_["event: a long string of a name"];
  }

  // The same number, or a near one, in another form.
  void number(const std::string& text) {
    if (style_.escapes == 0 || !random_.chance(40)) {
      out += text;
      return;
    }
    const bool plain = text.find_first_of(".eE") == std::string::npos;
    ++tally_["event: number in another form"];
    if (plain)
      out += text + random_.of({".0", "e0", ".00E+0", "0e-1", "00e-2"});
    else
      out += text.find_first_of("eE") == std::string::npos ? text + random_.of({"0", "e0", "E-0"})
                                                           : text;
  }

  void unit(unsigned code) {
    constexpr std::string_view kHex[] = {"0123456789abcdef", "0123456789ABCDEF"};
    out += "\\u";
    const std::string_view digits = kHex[random_.below(2)];
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(code >> shift) & 0xF];
  }

  void string(const std::string& text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
      const Utf8Step step = decode_utf8(text, at);
      character(step.code_point, std::string_view(text).substr(at, step.next - at));
      at = step.next;
    }
    if (style_.escapes > 0 && random_.below(500) == 0) {
      ++tally_["event: lone surrogate"];
      unit(random_.chance(50) ? 0xD800 : 0xDFFF);
    }
    out += '"';
  }

  void character(char32_t code, std::string_view raw) {
    const bool must = code < 0x20 || code == '"' || code == '\\';
    if (!must && !random_.chance(style_.escapes)) {
      out += raw;
      return;
    }
    constexpr std::string_view kShort = "\"\\/\b\f\n\r\t", kLetters = "\"\\/bfnrt";
    const std::size_t place =
        code < 0x80 ? kShort.find(static_cast<char>(code)) : std::string::npos;
    if (place != std::string::npos && random_.chance(70)) {
      ++tally_[std::string("event: escape \\") + kLetters[place]];
      out += '\\';
      out += kLetters[place];
    } else if (code >= 0x10000) {
      ++tally_["event: surrogate pair"];
      unit(0xD800 + static_cast<unsigned>((code - 0x10000) >> 10));
      unit(0xDC00 + static_cast<unsigned>((code - 0x10000) & 0x3FF));
    } else {
      ++tally_["event: escape \\u"];
      unit(static_cast<unsigned>(code));
    }
  }

  const Style& style_;
  Random& random_;
  Tally& tally_;
};

}  // namespace

std::string write(const Value& value, const Style& style, Random& random, Tally& tally) {
  Writer writer(style, random, tally);
  writer.value(value);
  return std::move(writer.out);
}

}  // namespace tocsin::fuzz
