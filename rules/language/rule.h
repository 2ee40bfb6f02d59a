/// A rule as plain values: what to look for, and what to do when it is found. Knows no Kafka, time or state.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/ip_network.h"
#include "engine/lifecycle/execute_from.h"
#include "engine/lifecycle/policy.h"
#include "rules/language/diagnostic.h"
#include "rules/language/rule_test.h"

namespace riposte {

// ---- what to look for
// ------------------------------------------------------------------------------------------

/// What `windash` takes for one another.
inline constexpr std::array<std::string_view, 5> kDashes{"-", "/", "\u2013", "\u2014", "\u2015"};

/// One piece of a text with wildcards.
struct GlobPiece {
  enum class Kind : std::uint8_t {
    text,
    any_string,
    any_character,
    any_dash,     ///< one of kDashes
    placeholder,  ///< only while a rule is read: a list stands in for it afterwards
  };
  Kind kind = Kind::text;
  std::string text;  ///< or the placeholder's name

  bool operator==(const GlobPiece&) const = default;
};
using Glob = std::vector<GlobPiece>;

/// A number that is no 64-bit integer. It equals a number of the same value, or a text that is written the
/// same.
struct Decimal {
  double value = 0;
  std::string text;  ///< as the rule writes it

  bool operator==(const Decimal&) const = default;
};

/// Another field of the same event.
struct FieldReference {
  std::string field;
  bool open_front = false;  ///< the value may have more in front of the other field's value
  bool open_back = false;

  bool operator==(const FieldReference&) const = default;
};

/// One part of a moment, in UTC. Weeks are those of ISO 8601.
struct TimePart {
  enum class Unit : std::uint8_t { minute, hour, day, week, month, year };
  static constexpr std::array<std::string_view, 6> kNames{"minute", "hour", "day", "week", "month", "year"};
  Unit unit = Unit::minute;
  std::int64_t number = 0;

  bool operator==(const TimePart&) const = default;
};

/// Compares one value with what the rule says. Text is compared without regard to case unless `cased`, a
/// regular expression with it.
struct Pattern {
  enum class Kind : std::uint8_t {
    equals,       ///< null (a missing field, too), boolean, number or text
    contains,     ///< text
    starts_with,  ///< text
    ends_with,    ///< text
    wildcard,     ///< a Glob with wildcards in places that the kinds above cannot say
    present,      ///< nothing but `*`: any value that is not null
    regex,        ///< text: RE2 syntax, found anywhere
    less,         ///< number; a text that is one compares as the number
    at_most,      ///< number
    greater,      ///< number
    at_least,     ///< number
    network,      ///< an address inside it
    exists,       ///< boolean: whether the field is there, JSON null included
    field,        ///< the value of another field
    time_part,    ///< an RFC 3339 text, or seconds or milliseconds since 1970
  };
  Kind kind = Kind::equals;
  bool cased = false;
  /// std::monostate: null. std::uint64_t only above the largest std::int64_t.
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, Decimal, std::string, Glob, IpNetwork,
               FieldReference, TimePart>
      value;
  int line = 1;  ///< where the rule writes it
  int column = 1;
};

/// One `field|modifiers: values` line, or keywords.
struct FieldMatch {
  std::string
      field;  ///< as the rule writes it; the schema says where it stands. Empty: every string of the event
  /// By value of the rule; one value may mean several patterns, of which one is enough (`base64offset`).
  std::vector<std::vector<Pattern>> values;
  bool all = false;      ///< every value must hold, else one is enough
  bool negated = false;  ///< `neq`: the line holds when it would not hold otherwise
  Location location;
};

/// One of the maps must hold; within a map, all lines. Keywords are a map with one line that has no field.
struct Selection {
  std::string name;
  std::vector<std::vector<FieldMatch>> maps;
  Location location;
};

/// The condition as a tree. Quantifiers are resolved to `all_of`/`any_of` over selections when the rule is
/// read.
struct Condition {
  enum class Kind : std::uint8_t { selection, all_of, any_of, negation };
  Kind kind = Kind::selection;
  std::size_t selection = 0;        ///< index into Rule::selections
  std::vector<Condition> operands;  ///< of all_of, any_of; one of negation
};

struct LogSource {
  std::string category;
  std::string product;
  std::string service;
};

// ---- what to do
// ------------------------------------------------------------------------------------------------

/// Where a parameter's value comes from.
struct ParameterSource {
  std::string field;           ///< the event field to read; empty: `value` as written
  std::optional<Value> value;  ///< the literal, or what stands in when the event lacks the field
};

/// "Killing {{process.name}} on {{host.name}}": text and fields in turn. Values are never expanded twice.
struct TextTemplate {
  struct Piece {
    bool is_field = false;
    std::string text;  ///< the text, or the field's name
  };
  std::vector<Piece> pieces;
};

struct ActionTemplate {
  std::string name;  ///< unique in the rule; default: the action type, "kill_process-2" for a second one
  ActionType type = ActionType::run_script;
  /// The field that names the target; empty: the canonical one of its kind. Another one than process.pid
  /// names another process: then process.start does not belong to it, and only a `start` among the parameters
  /// does.
  std::string target_field;
  std::optional<ExecuteFrom> execute_from;  ///< empty: the usual place of its type
  std::optional<Severity> minimum_severity;
  TemplateTerms terms;
  TextTemplate comment;
  std::string script;  ///< of run_script: its id
  std::map<std::string, ParameterSource> parameters;
  std::optional<Duration> verify_after;
  std::optional<Duration> pickup_deadline;
  std::optional<Duration> cooldown;         ///< further matches of the same kind make nothing for so long
  std::vector<std::string> deduplicate_by;  ///< fields that tell kinds apart; empty: host and target
  std::optional<Duration> ttl;              ///< undone so long after its completion
  bool dry_run = false;
  /// The `response` that it stands in: 0 is the rule's own, then those that were attached.
  std::size_t block = 0;
  bool ordered = false;              ///< begins when the one before it in its block has completed
  std::vector<std::string> authors;  ///< of an attached response: they never approve either
  Location location;
};

struct Rule {
  RuleId id;
  bool has_own_id = true;  ///< else it goes by its text, and by another id whenever that changes
  std::string name;        ///< how other documents may call it besides its id
  std::string title;
  std::string status;
  std::string description;
  std::vector<std::string> authors;  ///< "author", split at commas
  std::vector<std::string> tags;
  std::optional<Severity> level;
  LogSource logsource;
  std::vector<Selection> selections;
  Condition condition;
  std::vector<ActionTemplate> responses;
  std::vector<RuleTest> tests;
  std::string digest;  ///< of the file's bytes and of what is attached: which version this is
  Location location;   ///< of its id
};

}  // namespace riposte
