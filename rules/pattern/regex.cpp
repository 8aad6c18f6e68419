// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>

namespace tocsin {
namespace {

// Backtracking may cost the length of the subject times the match limit, which counts anew at every
// starting point: these two bound it to milliseconds. Beyond either the automaton decides, whose
// time is the same for any subject.
constexpr std::size_t kBacktrackingSubjectMax = 4 * 1024;
constexpr std::uint32_t kMatchLimit = 1'000;
constexpr std::uint32_t kHeapLimitKib = 1'024;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using Code = std::unique_ptr<pcre2_code, Freed<pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;

Code compile_pcre(const std::string& text) {
  int error = 0;
  std::size_t offset = 0;
  const std::uint32_t options =
      PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options, &error,
                          &offset, nullptr));
  // Under MemoryDenyWriteExecute= there is no JIT (-48); the interpreter gives the same answers.
  if (code) static_cast<void>(pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE));
  return code;
}

}  // namespace

struct RegexScratch::State {
  MatchData found{pcre2_match_data_create(1, nullptr)};
  MatchContext limits{pcre2_match_context_create(nullptr)};

  State() {
    if (!limits) return;
    pcre2_set_match_limit(limits.get(), kMatchLimit);
    pcre2_set_heap_limit(limits.get(), kHeapLimitKib);
  }
};

RegexScratch::RegexScratch() : state_(std::make_unique<State>()) {}
RegexScratch::~RegexScratch() = default;
RegexScratch::RegexScratch(RegexScratch&&) noexcept = default;
RegexScratch& RegexScratch::operator=(RegexScratch&&) noexcept = default;

struct Regex::Engine {
  Code code;
};

Regex::Regex(const RegexSyntax& syntax) : automaton_(syntax) {
  Code code = compile_pcre(render_for_pcre(syntax));
  if (code) engine_ = std::make_unique<Engine>(Engine{std::move(code)});
}

Regex::~Regex() = default;

std::variant<std::shared_ptr<const Regex>, PatternError> Regex::compile(std::string_view body) {
  std::variant<RegexSyntax, PatternError> parsed = parse_regex(body);
  if (auto* error = std::get_if<PatternError>(&parsed)) return std::move(*error);
  return std::shared_ptr<const Regex>(new Regex(std::get<RegexSyntax>(parsed)));
}

bool Regex::search(std::string_view subject) const {
  RegexScratch scratch;
  return search(subject, scratch);
}

bool Regex::search(std::string_view subject, RegexScratch& scratch) const {
  const RegexScratch::State& memory = *scratch.state_;
  if (!engine_ || !memory.found || !memory.limits) return automaton_.search(subject);
  int answer = PCRE2_ERROR_MATCHLIMIT;
  if (subject.size() <= kBacktrackingSubjectMax)
    answer = pcre2_match(engine_->code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()),
                         subject.size(), 0, 0, memory.found.get(), memory.limits.get());
  if (answer >= 0) return true;
  if (answer == PCRE2_ERROR_NOMATCH) return false;
  // A limit was reached, or the subject is no UTF-8: neither is an answer.
  const bool no_utf8 = answer <= PCRE2_ERROR_UTF8_ERR1 && answer >= PCRE2_ERROR_UTF8_ERR21;
  if (!no_utf8) ++scratch.limits_reached_;
  return automaton_.search(subject);
}

}  // namespace tocsin
