/// A rule's detection with its fields numbered and its patterns compiled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/language/diagnostic.h"
#include "rules/language/rule.h"
#include "rules/matching/value_matcher.h"

namespace riposte {

/// The fields that the rules of one set look at, each once. The numbers are the same for every event format.
class FieldNames {
 public:
  /// The number of a field; new ones are added.
  std::size_t number_of(const std::string& name);
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::vector<std::string> names_;
};

/// Compares a field with another one.
struct CompiledReference {
  FieldReference reference;
  std::size_t field;  ///< of the other one
  bool cased = false;
};

using CompiledPattern = std::variant<ValueMatcher, CompiledReference>;

struct CompiledLine {
  std::optional<std::size_t> field;                  ///< empty: every string of the event
  std::vector<std::vector<CompiledPattern>> values;  ///< as FieldMatch::values
  bool all = false;
  bool negated = false;
  bool needs_value = false;  ///< never holds (but for `negated`) where the field has no value
  /// Every value of the line is looked for in each event beforehand: what EventReading has it marked by.
  std::optional<std::uint32_t> witness;
};

struct CompiledSelection {
  std::vector<std::vector<CompiledLine>> maps;
};

struct CompiledRule {
  std::vector<CompiledSelection> selections;
  std::vector<std::size_t> fields;  ///< that it looks at, in rising order
};

/// How long it takes to see that a line does not hold, compared with others.
std::size_t effort(const CompiledLine& line);

/// Empty, with diagnostics, when a pattern cannot be compiled.
std::optional<CompiledRule> compile_rule(const Rule& rule, FieldNames& fields,
                                         std::vector<Diagnostic>& diagnostics);

}  // namespace riposte
