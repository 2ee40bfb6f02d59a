/// A rule as plain values: what to look for, and what to do when it is found. Knows no Kafka, time or state.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/lifecycle/policy.h"

namespace riposte {

/// A place in a YAML file, counted from 1.
struct Location {
  std::string file;
  int line = 1;
  int column = 1;
};

// ---- what to look for ------------------------------------------------------------------------------------------

/// Compares one field's value with a pattern.
struct Pattern {
  enum class Kind : std::uint8_t { equals, contains, starts_with, ends_with, regex };
  Kind kind = Kind::equals;
  /// std::monostate: null, which matches a missing field and JSON null.
  std::variant<std::monostate, bool, std::int64_t, std::string> value;
};

/// One `field|modifiers: values` line.
struct FieldMatch {
  std::string field;  ///< as the rule writes it; the schema says where it stands
  std::vector<Pattern> patterns;
  bool all = false;   ///< every pattern must hold, else one is enough
  Location location;
};

/// Keywords, or a list of maps: one of them must hold; within a map, all lines.
struct Selection {
  std::string name;
  std::vector<std::vector<FieldMatch>> maps;
  std::vector<Pattern> keywords;  ///< searched in every string of the event
  Location location;
};

/// The condition as a tree. Quantifiers are resolved to `all_of`/`any_of` over selections when the rule is read.
struct Condition {
  enum class Kind : std::uint8_t { selection, all_of, any_of, negation };
  Kind kind = Kind::selection;
  std::size_t selection = 0;         ///< index into Rule::selections
  std::vector<Condition> operands;   ///< of all_of, any_of; one of negation
};

struct LogSource {
  std::string category;
  std::string product;
  std::string service;
};

// ---- what to do ------------------------------------------------------------------------------------------------

/// Where a parameter's value comes from.
struct ParameterSource {
  std::variant<Value, std::string> origin;  ///< a Value: as written; a string in index 1: the event field to read
  std::optional<Value> fallback;            ///< when the event lacks the field
  bool from_field() const { return origin.index() == 1; }
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
  std::string process_field{kProcessPidField};  ///< of process actions: the field that holds the pid
  std::optional<Severity> minimum_severity;
  TemplateTerms terms;
  TextTemplate comment;
  std::string script;  ///< of run_script: its id
  std::map<std::string, ParameterSource> parameters;
  std::optional<Duration> verify_after;
  Location location;
};

struct Rule {
  RuleId id;
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
  std::string digest;  ///< of the file's bytes: which version this is
  Location location;
};

}  // namespace riposte
