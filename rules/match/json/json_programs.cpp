// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_programs.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tocsin {

using Expression = ast::Expression<ast::JsonCondition>;
using Id = JsonPredicates::Id;
using Rarity = JsonPredicates::Rarity;

// An expression over predicates: && of && and || of || made one, plain equalities of one selector
// in a || made one predicate.
struct JsonPrograms::Clause {
  enum class Kind { predicate, all, any };
  Kind kind = Kind::predicate;
  Id predicate = 0;
  std::vector<Clause> operands;
};

namespace {

// Predicates one of which holds whenever a pattern matches, and what to expect of them.
struct Access {
  Rarity rarity = Rarity::equality;  // of the worst
  std::size_t users = 0;             // patterns that name them: what many name is likely frequent
  std::vector<Id> predicates;

  bool better_than(const Access& other) const {
    return rarity != other.rarity ? rarity < other.rarity : users < other.users;
  }
};

}  // namespace

class JsonPrograms::Compiler {
 public:
  Compiler(JsonPrograms& out, SelectorTrie& trie, JsonPredicates& predicates)
      : out_(out), trie_(trie), predicates_(predicates) {}

  Clause clause(const Expression& expression) {
    return std::visit(
        Overloaded{
            [&](const ast::JsonCondition& condition) { return of_condition(condition); },
            [&](const Expression::AllOf& all) {
              return of_operands(Clause::Kind::all, all.operands);
            },
            [&](const Expression::AnyOf& any) {
              return of_operands(Clause::Kind::any, any.operands);
            },
        },
        expression.node);
  }

  Access access(const Clause& clause) {
    if (clause.kind == Clause::Kind::predicate) return of_predicate(clause.predicate);
    Access best = access(clause.operands.front());
    for (std::size_t i = 1; i < clause.operands.size(); ++i) {
      Access other = access(clause.operands[i]);
      if (clause.kind == Clause::Kind::any)
        join(best, std::move(other));
      else if (other.better_than(best))
        best = std::move(other);
    }
    return best;
  }

  // Appends the steps of a clause, last operand first; returns the first step.
  std::uint32_t emit(Clause& clause, std::uint32_t yes, std::uint32_t no) {
    if (clause.kind == Clause::Kind::predicate) {
      out_.steps_.push_back({clause.predicate, yes, no});
      return static_cast<std::uint32_t>(out_.steps_.size() - 1);
    }
    // What is known already comes first.
    std::stable_sort(clause.operands.begin(), clause.operands.end(),
                     [&](const Clause& a, const Clause& b) { return price(a) < price(b); });
    const bool all = clause.kind == Clause::Kind::all;
    std::uint32_t entry = all ? yes : no;
    for (auto operand = clause.operands.rbegin(); operand != clause.operands.rend(); ++operand)
      entry = all ? emit(*operand, entry, no) : emit(*operand, yes, entry);
    return entry;
  }

  void wake(std::uint32_t pattern, const Clause& clause) {
    Access access = this->access(clause);
    if (access.rarity == Rarity::absence) {
      out_.always_awake_.push_back(pattern);
      return;
    }
    for (Id& id : access.predicates) id = predicates_.trigger_of(id);
    std::sort(access.predicates.begin(), access.predicates.end());
    access.predicates.erase(std::unique(access.predicates.begin(), access.predicates.end()),
                            access.predicates.end());
    for (const Id id : access.predicates) woken_.emplace_back(id, pattern);
  }

  void finish() {
    std::sort(woken_.begin(), woken_.end());
    out_.first_woken_.assign(predicates_.size() + 1, 0);
    for (const auto& [id, pattern] : woken_) {
      ++out_.first_woken_[id + 1];
      out_.woken_.push_back(pattern);
    }
    for (std::size_t i = 1; i < out_.first_woken_.size(); ++i)
      out_.first_woken_[i] += out_.first_woken_[i - 1];
  }

 private:
  Clause of_predicate_id(Id id) {
    users_.resize(std::max<std::size_t>(users_.size(), id + 1));
    ++users_[id];
    return {Clause::Kind::predicate, id, {}};
  }

  Clause of_condition(const ast::JsonCondition& condition) {
    return of_predicate_id(std::visit(
        Overloaded{
            [&](const ast::PropertyTest& t) { return predicates_.add(t, trie_.add(t.selector)); },
            [&](const ast::StateTest& t) {
              return predicates_.add(t.state, trie_.add(t.selector));
            },
        },
        condition));
  }

  Clause of_operands(Clause::Kind kind, const std::vector<Expression>& operands) {
    Clause out{kind, 0, {}};
    std::map<std::uint32_t, std::vector<const ast::Literal*>> equalities;  // by slot
    for (const Expression& operand : operands) {
      const auto* condition = std::get_if<ast::JsonCondition>(&operand.node);
      const auto* test = condition ? std::get_if<ast::PropertyTest>(condition) : nullptr;
      if (kind == Clause::Kind::any && test && JsonPredicates::is_plain_equality(*test)) {
        equalities[trie_.add(test->selector)].push_back(&test->literal);
        continue;
      }
      Clause inner = clause(operand);
      if (inner.kind == kind)
        std::move(inner.operands.begin(), inner.operands.end(), std::back_inserter(out.operands));
      else
        out.operands.push_back(std::move(inner));
    }
    for (const auto& [slot, literals] : equalities)
      out.operands.push_back(of_predicate_id(predicates_.add_any_of(literals, slot)));
    if (out.operands.size() > 1) return out;
    Clause only = std::move(out.operands.front());
    return only;
  }

  Access of_predicate(Id id) const { return {predicates_.rarity(id), users_[id], {id}}; }

  static void join(Access& access, Access other) {
    access.rarity = std::max(access.rarity, other.rarity);
    access.users += other.users;
    access.predicates.insert(access.predicates.end(), other.predicates.begin(),
                             other.predicates.end());
  }

  int price(const Clause& clause) const {
    if (clause.kind == Clause::Kind::predicate) return predicates_.price(clause.predicate);
    int dearest = 0;
    for (const Clause& operand : clause.operands) dearest = std::max(dearest, price(operand));
    return dearest;
  }

  JsonPrograms& out_;
  SelectorTrie& trie_;
  JsonPredicates& predicates_;
  std::vector<std::size_t> users_;  // by predicate
  std::vector<std::pair<Id, std::uint32_t>> woken_;
};

JsonPrograms::JsonPrograms(std::span<const ast::Json* const> patterns, SelectorTrie& trie,
                           JsonPredicates& predicates) {
  Compiler compiler(*this, trie, predicates);
  std::vector<Clause> clauses;
  for (const ast::Json* pattern : patterns) clauses.push_back(compiler.clause(pattern->expression));
  for (std::uint32_t i = 0; i < clauses.size(); ++i) {
    compiler.wake(i, clauses[i]);
    entries_.push_back(compiler.emit(clauses[i], kMatches, kFails));
  }
  compiler.finish();
}

}  // namespace tocsin
