// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/composites.hpp"

#include <algorithm>
#include <utility>

#include "rules/alarm/composite_cycles.hpp"
#include "rules/alarm/composite_rule.hpp"
#include "rules/message/names.hpp"

namespace tocsin {

void Composites::build(const AlarmBooks& books) {
  CompositeChildren children;
  for (const AlarmBook& book : books)
    if (book.is_composite()) children[book.spec->name] = book.spec->composite->children;
  if (children.empty()) return;
  std::vector<std::string> order = evaluation_order(children);
  const std::size_t sound = order.size();
  const std::set<std::string> ordered(order.begin(), order.end());  // copies, since `order` grows
  for (const auto& [name, names] : children)
    if (!ordered.contains(name)) order.push_back(name);
  nodes_.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    CompositeNode& node = nodes_[i];
    node.book = &books.at(order[i]);
    node.frozen = i >= sound;
    roles_[node.book].place = i;
    for (const std::string& name : node.book->spec->composite->children) {
      AlarmBook* const child = books.find(name);
      node.frozen = node.frozen || child == nullptr;
      if (child == nullptr) continue;
      node.children.push_back(child);
      roles_[child].parents.push_back(i);
    }
    const auto& by = node.book->spec->composite->suppressor;
    node.suppressor = by ? books.find(by->alarm) : nullptr;
    if (node.suppressor == nullptr) continue;
    roles_[node.suppressor].suppresses.push_back(i);
    suppressed_.push_back(&node);
  }
  for (auto& [book, role] : roles_) {
    role.all = this;
    role.seen = book->overall();
    book->role = &role;
  }
}

void Composites::clear(const AlarmBooks& books) {
  for (AlarmBook& book : books) book.role = nullptr;
  *this = {};
}

void Composites::changed(AlarmBook& child, const Transition& t, Instant holds_from, bool by_event) {
  const Instant w = child.clock_time();
  std::erase_if(child.role->ahead, [w](const auto& a) { return a.second <= w; });
  if (t.to == AlarmState::alarm && !child.spec->group_by.empty() && holds_from > w)
    child.role->ahead[canonical_key(t.key)] = holds_from;
  changes_.push_back({&child,
                      t.to,
                      t.at,
                      t.decided_at,
                      holds_from,
                      by_event,
                      {},
                      t.late,
                      t.events_total,
                      t.events});
}

namespace {

// What a key is at the watermark that is in ALARM ahead of it.
AlarmState before_alarm(const KeyEntry& key) {
  if (key.short_form() != nullptr) return AlarmState::ok;
  const AlarmState plain =
      key.long_form() == nullptr ? AlarmState::insufficient_data : key.long_form()->plain();
  return plain == AlarmState::alarm ? AlarmState::insufficient_data : plain;
}

}  // namespace

// A child may be known ahead of its clock: one that ends at X can be in ALARM again from Y on in
// the same breath, and meanwhile it was OK.
AlarmState Composites::whole_at(const ChildChange& change) {
  if (change.to == AlarmState::alarm || change.child->spec->group_by.empty()) return change.to;
  AlarmBook::BeforeAlarm before{};
  for (const auto& [id, from] : change.child->role->ahead) {
    const KeyEntry* key = change.child->find(id);
    if (from <= change.holds_from || key == nullptr || key->state() != AlarmState::alarm) continue;
    if (key->since() == from) ++before[static_cast<std::size_t>(before_alarm(*key))];
  }
  return change.child->overall(before);
}

// As its parents will have seen it when all that was put off is taken up.
AlarmState Composites::known(const AlarmBook& child) const {
  const auto last = std::find_if(put_off_.rbegin(), put_off_.rend(),
                                 [&](const ChildChange& c) { return c.child == &child; });
  return last == put_off_.rend() ? child.role->seen : *last->whole;
}

void Composites::settled(AlarmBook& child, Instant at, Instant decided_at) {
  const AlarmState now = child.overall();
  const auto says_so = [&](const ChildChange& c) { return c.child == &child && c.to == now; };
  if (now == known(child) || std::any_of(changes_.begin(), changes_.end(), says_so)) return;
  ChildChange& change = changes_.emplace_back();
  change.child = &child;
  change.to = now;
  change.at = change.holds_from = at;
  change.decided_at = decided_at;
}

// One event is one step, and so are all periods that end at one instant.
void Composites::put_off() {
  const auto earlier = [](const ChildChange& a, const ChildChange& b) {
    return std::tie(a.holds_from, a.by_event) < std::tie(b.holds_from, b.by_event);
  };
  for (ChildChange& change : changes_) {
    change.whole = whole_at(change);
    change.decided_at = std::max(change.decided_at, change.at);
    const auto at = std::upper_bound(put_off_.begin(), put_off_.end(), change, earlier);
    put_off_.insert(at, std::move(change));
  }
  changes_.clear();
}

void Composites::take_put_off() {
  const auto same = [&](const ChildChange& c) {
    return c.holds_from == put_off_.front().holds_from && c.by_event == put_off_.front().by_event;
  };
  const auto end = std::find_if_not(put_off_.begin(), put_off_.end(), same);
  changes_.assign(std::make_move_iterator(put_off_.begin()), std::make_move_iterator(end));
  put_off_.erase(put_off_.begin(), end);
}

KeyEntry* CompositeNode::entry() const {
  return book->keys().empty() ? nullptr : &book->keys().front();
}

void Composites::want(AlarmBook& composite, Instant at, bool anew) {
  const std::size_t place = *composite.role->place;
  nodes_[place].wanted = at;
  nodes_[place].anew = nodes_[place].anew || anew;
  pending_.insert(place);
}

void Composites::see(AlarmBook& child, AlarmState state) {
  CompositeRole& role = *child.role;
  if (std::exchange(role.seen, state) == state) return;
  for (const std::size_t place : role.parents) {
    nodes_[place].changed.push_back(&child);
    pending_.insert(place);
  }
  for (const std::size_t place : role.suppresses) nodes_[place].suppressor_changed = true;
}

// Each that changes what its child is as a whole. An ALARM always: what was known before may be of
// later, and end earlier. Of several of one child one may undo another.
void Composites::note_changes() {
  std::map<const AlarmBook*, int> of_child;
  for (const ChildChange& change : changes_) ++of_child[change.child];
  for (const ChildChange& c : changes_) {
    const AlarmState whole = whole_at(c);
    if (c.to == AlarmState::alarm || of_child[c.child] > 1 || whole != c.child->role->seen)
      note(*c.child, {c.holds_from, 0, whole, c.at, c.decided_at});
  }
}

std::vector<CompositeNode*> Composites::take_suppressed() {
  std::vector<CompositeNode*> out;
  for (CompositeNode* node : suppressed_)
    if (std::exchange(node->suppressor_changed, false)) out.push_back(node);
  return out;
}

std::vector<Composites::Decision> Composites::evaluate() {
  note_changes();
  for (const ChildChange& change : changes_)
    see(*change.child, change.whole.value_or(change.child->overall()));
  std::vector<Decision> decisions;
  while (!pending_.empty()) {
    CompositeNode& node = nodes_[*pending_.begin()];
    pending_.erase(pending_.begin());
    if (node.frozen || node.entry() == nullptr) continue;
    decisions.push_back(judge(node));
    see(*node.book, node.book->overall());
  }
  return decisions;
}

Composites::Decision Composites::judge(CompositeNode& node) {
  KeyEntry& entry = *node.entry();
  Decision decision{&node, &entry, entry.state(), std::exchange(node.changed, {}),
                    std::exchange(node.wanted, std::nullopt)};
  entry.composite()->judge(
      tocsin::evaluate(*node.book->spec->composite->tree,
                       [&](std::string_view child) { return state_of(node, child); }));
  const bool rule_changed = std::exchange(node.anew, false);
  if (entry.overlay && (rule_changed || !decision.changed.empty()))
    entry.overlay = std::make_unique<StateOverlay>();  // says nothing, and takes its row away
  node.book->settle(entry);
  return decision;
}

std::vector<const ChildChange*> Composites::changes_of(const AlarmBook& child) const {
  std::vector<const ChildChange*> out;
  for (const ChildChange& change : changes_)
    if (change.child == &child && change.to == child.role->seen) out.push_back(&change);
  return out;
}

AlarmState Composites::state_of(const CompositeNode& node, std::string_view child) {
  const std::vector<std::string>& names = node.book->spec->composite->children;
  const auto at = std::lower_bound(names.begin(), names.end(), child);
  return node.children[static_cast<std::size_t>(at - names.begin())]->role->seen;
}

}  // namespace tocsin
