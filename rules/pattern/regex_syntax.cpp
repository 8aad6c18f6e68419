// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex_syntax.hpp"

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kSymbols = ":_#=@/;,-";
constexpr std::string_view kOperators = "^$?[]{}|\\*+.";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_allowed(char c) {
  return is_alphanumeric(c) || c == ' ' || is_one_of(c, kSymbols) || is_one_of(c, kOperators);
}

void add(CharacterSet& set, unsigned char from, unsigned char to) {
  for (unsigned c = from; c <= to; ++c) set.low.set(c);
}
void add(CharacterSet& set, const CharacterSet& more) {
  set.low |= more.low;
  set.high = set.high || more.high;
}
CharacterSet inverted(CharacterSet set) {
  set.low.flip();
  set.high = !set.high;
  return set;
}
CharacterSet single(unsigned char c) {
  CharacterSet set;
  set.low.set(c);
  return set;
}

// \d \s \w and their opposites: ASCII.
CharacterSet shorthand(char letter) {
  CharacterSet set;
  switch (letter) {
    case 'd':
    case 'D':
      add(set, '0', '9');
      break;
    case 's':
    case 'S':
      for (const char c : kWhiteSpace) set.low.set(static_cast<unsigned char>(c));
      break;
    default:
      add(set, '0', '9'), add(set, 'A', 'Z'), add(set, 'a', 'z');
      set.low.set('_');
  }
  return letter >= 'A' && letter <= 'Z' ? inverted(set) : set;
}

class RegexParser {
 public:
  explicit RegexParser(std::string_view body) : body_(body) {}

  std::variant<RegexSyntax, PatternError> parse() {
    if (check_alphabet() && read_sides()) return std::move(syntax_);
    return std::move(error_);
  }

 private:
  // One escape or plain character inside or outside a class; `single`: it stands for exactly one
  // code point.
  struct Atom {
    CharacterSet set;
    bool single = false;
    unsigned char code = 0;
  };

  bool fail(std::size_t at, std::size_t length, std::string text, std::string hint = {}) {
    error_ = {static_cast<int>(at) + 1, static_cast<int>(length), std::move(text), std::move(hint)};
    return false;
  }
  bool at_end() const { return at_ >= body_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < body_.size() ? body_[at_ + ahead] : '\0';
  }

  bool check_alphabet() {
    if (body_.empty())
      return fail(0, 1, "empty regular expression", "write a pattern between the two % signs");
    for (std::size_t i = 0; i < body_.size(); ++i) {
      if (is_allowed(body_[i])) continue;
      const std::size_t length = decode_utf8(body_, i).next - i;
      return fail(i, length,
                  "character '" + std::string(body_.substr(i, length)) +
                      "' is not allowed in a regular expression",
                  "write it as \\xhh, for example \\x28 for '('; there are no groups");
    }
    return true;
  }

  bool read_sides() {
    syntax_.sides.emplace_back();
    while (!at_end()) {
      const char c = peek();
      if (c == '|') {
        ++at_;
        syntax_.sides.emplace_back();
      } else if (c == '^' || c == '$') {
        ++at_;
        RegexPiece anchor;
        anchor.kind = c == '^' ? RegexPiece::Kind::begin : RegexPiece::Kind::end;
        syntax_.sides.back().push_back(anchor);
      } else if (!read_piece()) {
        return false;
      }
    }
    return true;
  }

  bool read_piece() {
    const char c = peek();
    if (c == '*' || c == '+' || c == '?' || c == '{')
      return fail(at_, 1, std::string("nothing for '") + c + "' to repeat",
                  std::string("write \\") + c + " for the character itself");
    if (c == '}') return fail(at_, 1, "unbalanced '}'", "write \\} for the character itself");
    RegexPiece piece;
    if (c == '[') {
      if (!read_class(piece.set)) return false;
    } else if (c == '.') {
      ++at_;
      piece.set = inverted(CharacterSet{});
    } else {
      Atom atom;
      if (!read_atom(atom)) return false;
      piece.set = atom.set;
    }
    if (!read_quantifier(piece)) return false;
    syntax_.sides.back().push_back(piece);
    return true;
  }

  bool read_atom(Atom& atom) {
    if (peek() == '\\') return read_escape(atom);
    atom.code = static_cast<unsigned char>(body_[at_++]);
    atom.single = true;
    atom.set = single(atom.code);
    return true;
  }

  bool read_escape(Atom& atom) {
    const char c = peek(1);
    if (c == 'x') return read_hex(atom);
    if (c != '\0' && is_one_of(c, "dDsSwW")) {
      atom.set = shorthand(c);
    } else if (c == ' ' || (c != '\0' && (is_one_of(c, kSymbols) || is_one_of(c, kOperators)))) {
      atom.code = static_cast<unsigned char>(c);
      atom.single = true;
      atom.set = single(atom.code);
    } else {
      return fail(
          at_, c == '\0' ? 1 : 2,
          "escape '" + std::string(body_.substr(at_, 2)) + "' is not supported",
          "supported are \\d \\D \\s \\S \\w \\W, \\xhh and \\ before an operator or symbol");
    }
    at_ += 2;
    return true;
  }

  bool read_hex(Atom& atom) {
    const int high = hex_value(peek(2)), low = hex_value(peek(3));
    if (high < 0 || low < 0)
      return fail(at_, 2, "\\x needs two hexadecimal digits", "for example \\x28 for '('");
    atom.code = static_cast<unsigned char>(high * 16 + low);
    atom.single = true;
    atom.set = single(atom.code);
    at_ += 4;
    return true;
  }

  bool read_class(CharacterSet& set) {
    const std::size_t open = at_++;
    const bool negated = peek() == '^';
    if (negated) ++at_;
    for (bool first = true; first || peek() != ']'; first = false) {
      if (at_end()) return fail(open, 1, "unterminated character class", "close it with ']'");
      if (!read_class_item(set)) return false;
      if (at_end()) return fail(open, 1, "unterminated character class", "close it with ']'");
    }
    ++at_;
    if (negated) set = inverted(set);
    return true;
  }

  bool read_class_item(CharacterSet& set) {
    const std::size_t begin = at_;
    Atom from, to;
    if (!read_atom(from)) return false;
    const bool is_range = peek() == '-' && at_ + 1 < body_.size() && peek(1) != ']';
    if (!is_range) return add(set, from.set), true;
    ++at_;
    if (!read_atom(to)) return false;
    if (!from.single || !to.single || from.code > to.code)
      return fail(begin, at_ - begin,
                  "bad range '" + std::string(body_.substr(begin, at_ - begin)) + "'",
                  "a range goes from a lower to a higher character; put a literal '-' last");
    add(set, from.code, to.code);
    return true;
  }

  bool read_quantifier(RegexPiece& piece) {
    const std::size_t begin = at_;
    switch (peek()) {
      case '*':
        piece.min = 0, piece.max.reset(), ++at_;
        break;
      case '+':
        piece.min = 1, piece.max.reset(), ++at_;
        break;
      case '?':
        piece.min = 0, piece.max = 1, ++at_;
        break;
      case '{':
        if (!read_bounds(piece)) return false;
        break;
      default:
        return true;
    }
    if (peek() == '?') ++at_;  // lazy: changes what is matched, never whether
    const char c = peek();
    if (c == '*' || c == '+' || c == '?' || c == '{')
      return fail(begin, at_ + 1 - begin, "a quantifier cannot be repeated itself");
    return true;
  }

  bool read_bounds(RegexPiece& piece) {
    const std::size_t open = at_++;
    const std::optional<std::size_t> least = read_count();
    const bool comma = peek() == ',';
    if (comma) ++at_;
    const std::optional<std::size_t> most = comma ? read_count() : least;
    if (peek() != '}' || (!least && !most))
      return fail(open, 1, "malformed {m,n}", "write {m}, {m,}, {,n} or {m,n}");
    ++at_;
    piece.min = least.value_or(0);
    piece.max = most;
    if (most && piece.min > *most) return fail(open, at_ - open, "{m,n} with m greater than n");
    repeats_ += most.value_or(piece.min);
    if (repeats_ > kRegexRepeatsMax)
      return fail(open, at_ - open, "the counts of {m,n} add up to more than 65535");
    return true;
  }

  std::optional<std::size_t> read_count() {
    if (!is_digit(peek())) return std::nullopt;
    std::size_t value = 0;
    for (; is_digit(peek()); ++at_)
      if (value <= kRegexRepeatsMax) value = value * 10 + static_cast<std::size_t>(peek() - '0');
    return value;
  }

  std::string_view body_;
  std::size_t at_ = 0;
  std::size_t repeats_ = 0;
  RegexSyntax syntax_;
  PatternError error_;
};

void render_code_point(unsigned code, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x{";
  out += digits[code / 16];
  out += digits[code % 16];
  out += '}';
}

void render_set(const CharacterSet& set, std::string& out) {
  if (!set.high && set.low.count() == 1) {
    unsigned code = 0;
    while (!set.low.test(code)) ++code;
    return render_code_point(code, out);
  }
  // A set with all high code points is written by what it lacks.
  const std::bitset<256> written = set.high ? ~set.low : set.low;
  if (written.none()) {
    out += set.high ? "." : "[^\\x{0}-\\x{10ffff}]";
    return;
  }
  out += set.high ? "[^" : "[";
  for (unsigned code = 0; code < 256; ++code) {
    if (!written.test(code)) continue;
    const unsigned first = code;
    while (code + 1 < 256 && written.test(code + 1)) ++code;
    render_code_point(first, out);
    out += '-';
    render_code_point(code, out);
  }
  out += ']';
}

void render_piece(const RegexPiece& piece, std::string& out) {
  if (piece.kind == RegexPiece::Kind::begin) out += "\\A";
  if (piece.kind == RegexPiece::Kind::end) out += "\\z";
  if (piece.kind != RegexPiece::Kind::characters) return;
  render_set(piece.set, out);
  if (piece.min == 1 && piece.max == 1) return;
  out += '{' + std::to_string(piece.min) + ',';
  if (piece.max) out += std::to_string(*piece.max);
  out += '}';
}

}  // namespace

std::variant<RegexSyntax, PatternError> parse_regex(std::string_view body) {
  return RegexParser(body).parse();
}

std::string render_for_pcre(const RegexSyntax& regex) {
  std::string out;
  for (std::size_t i = 0; i < regex.sides.size(); ++i) {
    if (i > 0) out += '|';
    for (const RegexPiece& piece : regex.sides[i]) render_piece(piece, out);
  }
  return out;
}

}  // namespace tocsin
