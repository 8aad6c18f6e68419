// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/event_time.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "rules/match/time/time_format.hpp"
#include "rules/match/time/time_zone.hpp"
#include "rules/match/time/top_level.hpp"
#include "rules/match/time/written_time.hpp"
#include "rules/pattern/byte_bits.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/selector.hpp"

namespace tocsin {
namespace {

// Beyond its first bytes a line talks about other times than its own.
constexpr std::size_t kSearchedBytes = 256;
// Clocks of senders may be ahead of the file's: the bound beyond which a time counts as forged.
constexpr Duration kAheadMax = hours{2};
// No clock on earth is further from UTC.
constexpr Duration kOffsetMax = hours{48};
// From a leap day back to the one before it, at most (1896 to 1904).
constexpr int kYearsBack = 8;

constexpr std::array<std::string_view, 5> kUsualNames = {"timestamp", "time", "@timestamp",
                                                         "eventTime", "ts"};

// JSON writes such a name as it is, or with a \u.
bool is_written_plainly(std::string_view name) {
  constexpr std::string_view others = "_-@.";
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

constexpr std::size_t kNone = std::string_view::npos;

// Where words begin in a text, one after the other.
class WordBegins {
 public:
  explicit WordBegins(std::string_view text) : text_(text) {}

  // npos: there is none any more.
  std::size_t next() {
    while (begins_ == 0) {
      if (read_ >= text_.size()) return kNone;
      read_more();
    }
    const auto bit = static_cast<std::size_t>(std::countr_zero(begins_));
    begins_ &= begins_ - 1;
    return base_ + bit;
  }

 private:
  void read_more() {
    base_ = read_;
    const std::uint64_t inside =
        ByteBits(text_.data() + base_, text_.size() - base_).alphanumeric();
    begins_ = inside & ~(inside << 1 | (in_word_ ? 1 : 0));
    in_word_ = inside >> 63 != 0;
    read_ += ByteBits::kSize;
  }

  std::string_view text_;
  std::size_t base_ = 0, read_ = 0;
  std::uint64_t begins_ = 0;
  bool in_word_ = false;
};

enum class Format { automatic, iso8601, syslog, apache, epoch, strptime };

struct NamedFormat {
  std::string_view name;
  Format format;
  EpochUnit unit;
};
constexpr std::array<NamedFormat, 8> kFormats{{
    {"auto", Format::automatic, EpochUnit::by_digits},
    {"iso8601", Format::iso8601, EpochUnit::by_digits},
    {"syslog", Format::syslog, EpochUnit::by_digits},
    {"apache", Format::apache, EpochUnit::by_digits},
    {"epoch", Format::epoch, EpochUnit::second},
    {"epoch_ms", Format::epoch, EpochUnit::millisecond},
    {"epoch_us", Format::epoch, EpochUnit::microsecond},
    {"epoch_ns", Format::epoch, EpochUnit::nanosecond},
}};

}  // namespace

struct EventTime::Plan {
  std::string reference;  // the field's selector as it was written
  std::optional<ast::Selector> field;
  std::optional<TopLevelMember> member;  // the field if it is just a member of the root
  std::vector<TopLevelMember> usual;     // without a field: names that a JSON line's time may have
  int column = 0;
  Format format = Format::automatic;
  EpochUnit unit = EpochUnit::by_digits;
  std::optional<TimeFormat> pattern;  // of strptime
  TimeZone zone = TimeZone::utc();

  Instant find(EventView& event, Instant near) const;
  bool read_field(EventView& event, WrittenTime& out) const;
  Instant find_in_line(EventView& event, Instant near) const;
  bool read_at(TimeCursor cursor, WrittenTime& out) const;
  bool read_one(Format kind, TimeCursor cursor, WrittenTime& out) const;
  Instant settle(const WrittenTime& time, Instant near) const;
  Instant resolve(const WrittenTime& time, int year) const;
};

Result<EventTime> EventTime::compile(const TimeSpec& spec, std::string_view input) {
  auto plan = std::make_shared<Plan>();
  const bool trail = input == "cloudtrail" || input == "s3";
  const bool by_default = spec.field.empty() && spec.column == 0;
  const std::string field = trail && by_default ? "$.eventTime" : spec.field;
  if (!field.empty()) {
    plan->reference = field;
    plan->field = parse_reference(field);
    if (!plan->field) return Error{"bad-value", "time: '" + field + "' is no selector"};
    const auto* member = std::get_if<ast::Member>(&plan->field->segments.front());
    if (member && plan->field->segments.size() == 1 && is_written_plainly(member->name))
      plan->member.emplace(member->name);
  } else if (spec.column == 0) {
    for (const std::string_view name : kUsualNames) plan->usual.emplace_back(std::string(name));
  }
  plan->column = spec.column;
  const std::optional<TimeZone> zone = TimeZone::find(spec.zone);
  if (!zone) return Error{"bad-value", "time: unknown zone '" + spec.zone + "'"};
  plan->zone = *zone;
  if (spec.format.find('%') != std::string::npos) {
    Result<TimeFormat> format = TimeFormat::compile(spec.format);
    if (!format) return format.error();
    plan->pattern = *format;
    plan->format = Format::strptime;
  } else {
    const auto* known = std::find_if(kFormats.begin(), kFormats.end(),
                                     [&](const NamedFormat& f) { return f.name == spec.format; });
    if (known == kFormats.end())
      return Error{"bad-value", "time: unknown format '" + spec.format + "'"};
    plan->format = known->format;
    plan->unit = known->unit;
  }
  EventTime compiled;
  compiled.plan_ = std::move(plan);
  return compiled;
}

Instant EventTime::find(std::string_view message, Instant near) const {
  JsonReader reader;
  EventView event(reader, message);
  return plan_->find(event, near);
}

Instant EventTime::find(EventView& event, Instant near) const { return plan_->find(event, near); }

const std::string& EventTime::field() const { return plan_->reference; }

Instant EventTime::find_in_field(std::string_view text, Instant near) const {
  WrittenTime time;
  return plan_->read_at(TimeCursor(trim(text)), time) ? plan_->settle(time, near) : kNoTime;
}

Instant EventTime::Plan::find(EventView& event, Instant near) const {
  WrittenTime time;
  if (field) return read_field(event, time) ? settle(time, near) : kNoTime;
  if (column > 0) {
    const std::vector<Field>& fields = event.fields();
    const auto index = static_cast<std::size_t>(column) - 1;
    if (index >= fields.size()) return kNoTime;
    // From there to the end: a time may hold blanks. What was bracketed stands alone.
    const std::string_view inner = fields[index].text;
    if (read_at(TimeCursor(inner), time)) return settle(time, near);
    const std::string_view rest = event.message().substr(fields[index].begin);
    return read_at(TimeCursor(rest), time) ? settle(time, near) : kNoTime;
  }
  return find_in_line(event, near);
}

bool EventTime::Plan::read_field(EventView& event, WrittenTime& out) const {
  const auto read = [&](const auto& text) { return text && read_at(TimeCursor(trim(*text)), out); };
  if (member) return read(member->find(event));
  const JsonNode* root = event.json();
  return root && read(select_scalar(*field, *root));
}

Instant EventTime::Plan::find_in_line(EventView& event, Instant near) const {
  const std::string_view line = trim_start(event.message());
  WrittenTime time;
  if (!line.empty() && line.front() == '{') {
    for (const TopLevelMember& name : usual) {
      const std::optional<std::string_view> text = name.find(event);
      if (text && read_at(TimeCursor(trim(*text)), time)) return settle(time, near);
    }
    return kNoTime;
  }
  WordBegins words(line.substr(0, kSearchedBytes));
  for (std::size_t i = words.next(); i != kNone; i = words.next()) {
    if (format == Format::automatic && i > 0) {
      // A number inside a line is an epoch only by chance.
      if (!may_be_time(line, i)) continue;
      for (const Format kind : {Format::iso8601, Format::syslog, Format::apache})
        if (read_one(kind, TimeCursor(line, i), time)) return settle(time, near);
    } else if (read_at(TimeCursor(line, i), time)) {
      return settle(time, near);
    }
    if (format == Format::epoch) break;
  }
  return kNoTime;
}

bool EventTime::Plan::read_at(TimeCursor cursor, WrittenTime& out) const {
  if (format != Format::automatic) return read_one(format, cursor, out);
  for (const Format kind : {Format::iso8601, Format::syslog, Format::apache, Format::epoch})
    if (read_one(kind, cursor, out)) return true;
  return false;
}

bool EventTime::Plan::read_one(Format kind, TimeCursor cursor, WrittenTime& out) const {
  switch (kind) {
    case Format::iso8601:
      return read_iso8601(cursor, out);
    case Format::syslog:
      return read_syslog(cursor, out);
    case Format::apache:
      return read_apache(cursor, out);
    case Format::epoch:
      return read_epoch(cursor, unit, out);
    case Format::strptime:
      return pattern->read(cursor, out);
    case Format::automatic:
      break;
  }
  return false;
}

Instant EventTime::Plan::resolve(const WrittenTime& time, int year) const {
  const Instant written = as_utc(time, year);
  return time.offset ? written - *time.offset : zone.from_local(written);
}

Instant EventTime::Plan::settle(const WrittenTime& time, Instant near) const {
  if (time.instant) return *time.instant;
  if (time.year) return resolve(time, *time.year);
  if (near == kNoTime) return kNoTime;
  const int latest = year_of(near) + 1;
  for (int year = latest; year >= latest - 1 - kYearsBack; --year) {
    if (!is_valid(time, year) || as_utc(time, year) - kOffsetMax > near + kAheadMax) continue;
    const Instant found = resolve(time, year);
    if (found <= near + kAheadMax) return found;
  }
  return kNoTime;
}

}  // namespace tocsin
