/// Rules compiled against one or several event formats: immutable, shared, and ready to be asked which of
/// them an event matches.
///
/// Threads: any number at once, each with its own Scratch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/ids.h"
#include "engine/lifecycle/severity.h"
#include "rules/event/event.h"
#include "rules/event/schema.h"
#include "rules/language/diagnostic.h"
#include "rules/language/rule.h"

namespace riposte {

/// Place of a rule inside its RuleSet.
using RuleIndex = Id<struct RuleIndexTag, std::uint32_t>;

/// What rules have cost, by RuleIndex.
struct RuleCost {
  std::uint64_t looks = 0;        ///< events that had something for which the rule had to be looked at
  std::uint64_t nanoseconds = 0;  ///< all of them together
};

/// Memory of one thread's matching, kept from event to event.
/// Limits:  a result of match() lives until the next call with the same scratch.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

  /// From now on every look at a rule is timed, which makes matching slower. For one set of rules.
  void measure_rules();
  const std::vector<RuleCost>& rule_costs() const;

 private:
  friend class RuleSet;
  struct Body;
  std::unique_ptr<Body> body_;
};

struct CompiledRules;

struct CompileOptions {
  /// A rule looks at every event of a format that can have its log source, whatever the event's own.
  bool ignore_logsource = false;
};

/// An event and the format that it is of.
struct Recognised {
  const Schema* schema;  ///< lives as long as the RuleSet
  Event event;           ///< as the format reads it, its wrapping taken off
};

/// The rules that an event matches, in the order of the set.
struct Matches {
  Recognised recognised;
  std::span<const RuleIndex> rules;

  auto begin() const { return rules.begin(); }
  auto end() const { return rules.end(); }
  std::size_t size() const { return rules.size(); }
  bool empty() const { return rules.empty(); }
};

class RuleSet {
 public:
  /// The first schema that recognises an event counts. A single schema is asked nothing: every event is read
  /// by it. What none of several recognises is read by generic_schema(). A rule that cannot be compiled (a
  /// regular expression that RE2 refuses) is left out and reported; the others stand.
  static CompiledRules compile(std::vector<Rule> rules, std::vector<Schema> schemas,
                               CompileOptions options = {});
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  /// Every rule whose log source the event may come from and whose detection it matches. None is an answer;
  /// an error is "could not tell". Errors:  unavailable (a matching engine ran out of its memory budget).
  Result<Matches> match(const Event& event, Scratch& scratch) const;
  /// The format alone.
  Recognised recognise(const Event& event) const;

  const Rule& rule(RuleIndex index) const;
  std::size_t size() const;
  /// Which rules and which schemas these are: the same files give the same digest.
  const std::string& digest() const;

 private:
  struct Body;
  explicit RuleSet(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

struct CompiledRules {
  std::shared_ptr<const RuleSet> rules;  ///< never null; possibly empty
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;
};

/// How severe the event (as recognised) calls itself. Empty when it does not say: the rule's level counts
/// then.
std::optional<Severity> severity_of(const Event& event, const Schema& schema);

}  // namespace riposte
