/// Which rules of a set have to be looked at for an event: those that the event has a witness of, or that
/// need none.
///
/// Threads: any, once finish() was called; each with its own CandidateMemory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rules/event/path_reading.h"
#include "rules/matching/event_reading.h"
#include "rules/matching/flat_rules.h"
#include "rules/matching/format.h"
#include "rules/matching/literal_index.h"
#include "rules/matching/literal_search.h"
#include "rules/matching/quick_set.h"
#include "rules/matching/witness.h"

namespace riposte {

/// A set of rules, by number.
class RuleBits {
 public:
  void resize(std::size_t rules) { words_.assign(rules / kBits + 1, 0); }
  bool has(std::uint32_t rule) const { return ((words_.data()[rule / kBits] >> (rule % kBits)) & 1) != 0; }
  void insert(std::uint32_t rule) { words_[rule / kBits] |= std::uint64_t{1} << (rule % kBits); }

 private:
  static constexpr std::uint32_t kBits = 64;
  std::vector<std::uint64_t> words_;
};

/// What one thread remembers from event to event.
class CandidateMemory {
 public:
  /// So many events with the same fields make it worth asking which rules they can match at all.
  static constexpr std::uint32_t kEventsUntilRules = 64;

  /// Nothing that was remembered counts any more; its memory is used again.
  void clear();

 private:
  friend class CandidateIndex;

  /// What events from the same log sources have to be searched for.
  struct Route {
    Admitted admitted;
    std::vector<std::uint32_t> ways;    ///< of searching, by field as literals count them
    std::vector<std::uint32_t> always;  ///< rules that nothing in particular sets off
    RuleBits rules;                     ///< of these log sources
  };
  /// A field that an event has, and that something is looked for in.
  struct SearchedField {
    std::uint32_t field;  ///< as literals count them
    std::uint32_t ways;
    std::optional<PathTable::Slot> slot;  ///< that is all there is to it
  };
  /// What is to be done with events that have the same fields and take the same route.
  struct Plan {
    SlotsSignature slots;
    std::size_t route = 0;
    std::size_t format = 0;
    std::uint32_t events = 0;  ///< that there were; 0: nothing is here
    std::vector<SearchedField> fields;
    std::vector<std::uint32_t> anyway;  ///< rules that are looked at whatever the values
    RuleBits rules;                     ///< those of the route that these fields can match
    bool has_rules = false;             ///< else nobody asked yet
  };
  /// Plans are looked for among those of one set.
  static constexpr std::size_t kSets = 128;
  static constexpr std::size_t kPlansOfSet = 4;
  struct Set {
    std::array<Plan, kPlansOfSet> plans;
    std::size_t oldest = 0;
  };

  OriginMemo origins_;
  std::vector<Route> routes_;
  std::vector<Set> sets_ = std::vector<Set>(kSets);
  std::vector<bool> is_there_;  ///< fields, while it is asked what rules can match
  LiteralSearch search_;
  LiteralHits hits_;
  QuickSet seen_fields_;
  QuickSet proposed_;  ///< rules
  std::vector<std::uint32_t> candidates_;
};

class CandidateIndex {
 public:
  /// All live as long as the index. `log_source_of`: by rule, as the formats count them.
  CandidateIndex(const std::vector<Format>& formats, const FlatRules& rules,
                 const std::vector<std::uint32_t>& log_source_of)
      : formats_(formats), rules_(rules), log_source_of_(log_source_of) {}

  /// Rules come one by one, in order, when all formats are there. Witnesses that settle a line leave its
  /// number there.
  void add(std::uint32_t rule, const std::vector<Witness>& witnesses);
  /// The rule is looked at with every event; witnesses may settle lines of it all the same.
  void add_always(std::uint32_t rule, const std::vector<Witness>& witnesses);
  void finish();

  /// Each once, in no order. `paths` and `reading` are the event's. Good until the next call.
  std::span<const std::uint32_t> find(std::size_t format, const Event& event, const PathReading& paths,
                                      EventReading& reading, CandidateMemory& memory) const;

 private:
  using Memory = CandidateMemory;
  /// What a literal, or any value at a field, sets off.
  struct Trigger {
    std::uint32_t rule;
    std::uint32_t line;  ///< which it makes true; kNoLine
  };
  static constexpr std::uint32_t kNoLine = std::numeric_limits<std::uint32_t>::max();
  using Triggers = std::vector<Trigger>;

  void add(const Witness& witness, Trigger trigger);
  static void add(Trigger trigger, std::vector<Triggers>& to, std::uint32_t number);
  /// Where the literal index has the keywords of a format: behind the fields.
  std::uint32_t keyword_field(std::size_t format) const {
    return Witness::kFirstField + static_cast<std::uint32_t>(formats_[format].fields() + format);
  }
  std::span<const Trigger> triggers_of(std::uint32_t literal) const {
    return {flat_triggers_.data() + begins_[literal], begins_[literal + 1] - begins_[literal]};
  }

  std::size_t route_to(Admitted admitted, Memory& memory) const;
  Memory::Plan& plan_for(std::size_t format, std::size_t route, const PathReading& paths,
                         Memory& memory) const;
  void make(Memory::Plan& plan, const PathReading& paths, Memory& memory) const;
  void add_field(std::uint32_t number, Memory::Plan& plan, Memory& memory) const;
  void find_rules(Memory::Plan& plan, const PathReading& paths, Memory& memory) const;
  void search_fields(const Memory::Plan& plan, const PathReading& paths, EventReading& reading,
                     Memory& memory) const;
  void search_strings(const Memory::Plan& plan, EventReading& reading, Memory& memory) const;

  const std::vector<Format>& formats_;
  const FlatRules& rules_;
  const std::vector<std::uint32_t>& log_source_of_;

  LiteralIndex literals_;
  std::vector<Triggers> by_literal_;   ///< until finish()
  std::vector<std::uint32_t> begins_;  ///< by literal: where its triggers begin
  Triggers flat_triggers_;
  std::vector<Triggers> by_field_;     ///< set off by any value, by field
  std::vector<std::uint32_t> always_;  ///< rules that nothing in particular sets off
  std::uint32_t lines_ = 0;            ///< that a literal makes true
};

}  // namespace riposte
