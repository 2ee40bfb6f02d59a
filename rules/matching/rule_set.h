/// Rules compiled against one event format: immutable, shared, and ready to be asked which of them an event
/// matches.
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

/// Memory of one thread's matching, kept from event to event.
/// Limits:  a result of match() lives until the next call with the same scratch.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

 private:
  friend class RuleSet;
  struct Body;
  std::unique_ptr<Body> body_;
};

struct CompiledRules;

class RuleSet {
 public:
  /// A rule that cannot be compiled (a regular expression that RE2 refuses) is left out and reported; the
  /// others stand.
  static CompiledRules compile(std::vector<Rule> rules, Schema schema);
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  /// Every rule that the event matches, in the order of the set. None is an answer; an error is "could not
  /// tell". Errors:  unavailable (a matching engine ran out of its memory budget).
  Result<std::span<const RuleIndex>> match(const Event& event, Scratch& scratch) const;

  const Rule& rule(RuleIndex index) const;
  std::size_t size() const;
  const Schema& schema() const;
  /// Which rules and which schema these are: the same files give the same digest.
  const std::string& digest() const;
  /// Every document path that some rule's detection asks for.
  std::span<const std::string> paths() const;

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

/// How severe the event calls itself. Empty when it does not say: the rule's level counts then.
std::optional<Severity> severity_of(const Event& event, const Schema& schema);

}  // namespace riposte
