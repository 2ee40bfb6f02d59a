#include "rules/matching/candidate_index.h"

#include <algorithm>

namespace riposte {

void CandidateMemory::clear() {
  origins_.clear();
  routes_.clear();
  for (Set& set : sets_)
    for (Plan& plan : set.plans) plan.events = 0;
  search_.clear();
}

void CandidateIndex::add_always(std::uint32_t rule, const std::vector<Witness>& witnesses) {
  always_.push_back(rule);
  add(rule, witnesses);
}

void CandidateIndex::add(std::uint32_t rule, const std::vector<Witness>& witnesses) {
  for (const Witness& witness : witnesses) {
    Trigger trigger{rule, kNoLine};
    if (witness.line != nullptr) {
      if (!witness.line->witness) witness.line->witness = lines_++;
      trigger.line = *witness.line->witness;
    }
    add(witness, trigger);
  }
}

void CandidateIndex::add(const Witness& witness, Trigger trigger) {
  if (!witness.is_literal) return add(trigger, by_field_, witness.literal.field);
  if (witness.literal.field != Witness::kAnyField)
    return add(trigger, by_literal_, literals_.add(witness.literal));
  // Each format has its own, so that no event is searched for what rules of other formats want.
  IndexedLiteral keyword = witness.literal;
  for (std::size_t format = 0; format < formats_.size(); ++format) {
    if (!formats_[format].may_admit(log_source_of_[trigger.rule])) continue;
    keyword.field = keyword_field(format);
    add(trigger, by_literal_, literals_.add(keyword));
  }
}

void CandidateIndex::add(Trigger trigger, std::vector<Triggers>& to, std::uint32_t number) {
  if (to.size() <= number) to.resize(number + 1);
  to[number].push_back(trigger);
}

void CandidateIndex::finish() {
  literals_.finish();
  begins_.push_back(0);
  for (const Triggers& triggers : by_literal_) {
    flat_triggers_.insert(flat_triggers_.end(), triggers.begin(), triggers.end());
    begins_.push_back(static_cast<std::uint32_t>(flat_triggers_.size()));
  }
  by_literal_ = {};
  by_field_.resize(keyword_field(formats_.size() - 1) + std::size_t{1});
}

/// The number of the route for these log sources.
std::size_t CandidateIndex::route_to(Admitted admitted, Memory& memory) const {
  const auto known = std::ranges::find(memory.routes_, admitted, &Memory::Route::admitted);
  if (known != memory.routes_.end()) return static_cast<std::size_t>(known - memory.routes_.begin());
  Memory::Route route{std::move(admitted), std::vector<std::uint32_t>(by_field_.size()), {}, {}};
  route.rules.resize(log_source_of_.size());
  for (std::uint32_t rule = 0; rule < log_source_of_.size(); ++rule)
    if (route.admitted[log_source_of_[rule]]) route.rules.insert(rule);
  const auto is_admitted = [&](const Trigger& trigger) { return route.rules.has(trigger.rule); };
  for (std::uint32_t literal = 0; literal < literals_.size(); ++literal)
    if (std::ranges::any_of(triggers_of(literal), is_admitted))
      route.ways[literals_.field_of(literal)] |= literals_.ways_to(literal);
  for (const std::uint32_t rule : always_)
    if (route.rules.has(rule)) route.always.push_back(rule);
  memory.routes_.push_back(std::move(route));
  return memory.routes_.size() - 1;
}

CandidateMemory::Plan& CandidateIndex::plan_for(std::size_t format, std::size_t route,
                                                const PathReading& paths, Memory& memory) const {
  const SlotsSignature slots = paths.signature();
  Memory::Set& set = memory.sets_[(slots.first + route) % Memory::kSets];
  auto known = std::ranges::find_if(set.plans, [&](const Memory::Plan& plan) {
    return plan.events > 0 && plan.slots == slots && plan.route == route && plan.format == format;
  });
  if (known == set.plans.end()) {
    known = set.plans.begin() + static_cast<std::ptrdiff_t>(set.oldest++ % Memory::kPlansOfSet);
    known->slots = slots;
    known->route = route;
    known->format = format;
    known->events = 0;
    make(*known, paths, memory);
  }
  Memory::Plan& plan = *known;
  if (plan.events < Memory::kEventsUntilRules) {
    ++plan.events;
    if (plan.events == Memory::kEventsUntilRules) find_rules(plan, paths, memory);
  }
  return plan;
}

void CandidateIndex::make(Memory::Plan& plan, const PathReading& paths, Memory& memory) const {
  const Memory::Route& route = memory.routes_[plan.route];
  plan.has_rules = false;
  plan.fields.clear();
  plan.anyway = route.always;
  memory.seen_fields_.clear(by_field_.size());
  formats_[plan.format].for_each_field(paths, [&](std::uint32_t number) {
    if (memory.seen_fields_.insert(number)) add_field(number, plan, memory);
  });
}

void CandidateIndex::add_field(std::uint32_t number, Memory::Plan& plan, Memory& memory) const {
  const Memory::Route& route = memory.routes_[plan.route];
  const std::uint32_t field = Witness::kFirstField + number;
  if (route.ways[field] != 0)
    plan.fields.push_back({field, route.ways[field], formats_[plan.format].field(number).only_slot()});
  for (const Trigger& trigger : by_field_[field])
    if (route.rules.has(trigger.rule)) plan.anyway.push_back(trigger.rule);
}

void CandidateIndex::find_rules(Memory::Plan& plan, const PathReading& paths, Memory& memory) const {
  const Format& format = formats_[plan.format];
  std::vector<bool>& is_there = memory.is_there_;
  is_there.assign(format.fields(), false);
  format.for_each_field(paths, [&](std::uint32_t number) { is_there[number] = true; });
  plan.rules.resize(log_source_of_.size());
  for (std::uint32_t rule = 0; rule < log_source_of_.size(); ++rule)
    if (memory.routes_[plan.route].rules.has(rule) &&
        rules_.may_match(rule, [&](std::uint32_t number) { return is_there[number]; }))
      plan.rules.insert(rule);
  plan.has_rules = true;
  std::erase_if(plan.anyway, [&](std::uint32_t rule) { return !plan.rules.has(rule); });
}

void CandidateIndex::search_fields(const Memory::Plan& plan, const PathReading& paths, EventReading& reading,
                                   Memory& memory) const {
  for (const auto& [field, ways, slot] : plan.fields) {
    if (const auto text = slot ? paths.only_string(*slot) : std::nullopt) {
      memory.search_.add(field, ways, reading.folded(*text));
      continue;
    }
    for (const PreparedValue& value : reading.field(field - Witness::kFirstField).prepared)
      memory.search_.add(field, ways, value.folded);
  }
  memory.search_.finish(literals_, memory.hits_);
}

/// Keywords may stand in any text. Most of them need not begin or end where it does: those are looked for in
/// all texts at once.
void CandidateIndex::search_strings(const Memory::Plan& plan, EventReading& reading, Memory& memory) const {
  const std::uint32_t field = keyword_field(plan.format);
  const std::uint32_t ways = memory.routes_[plan.route].ways[field];
  if ((ways & LiteralIndex::kWaysAnywhere) != 0)
    literals_.search_joined(field, ways, reading.joined_strings(literals_.shortest(field)), memory.hits_);
  if (const std::uint32_t rest = ways & ~LiteralIndex::kWaysAnywhere)
    for (const PreparedValue& value : reading.strings().prepared)
      literals_.search(field, rest, value.folded, memory.hits_);
}

std::span<const std::uint32_t> CandidateIndex::find(std::size_t format, const Event& event,
                                                    const PathReading& paths, EventReading& reading,
                                                    CandidateMemory& memory) const {
  const std::size_t route =
      memory.origins_.route_of(formats_[format], format, event, paths,
                               [&](Admitted admitted) { return route_to(std::move(admitted), memory); });
  const Memory::Plan& plan = plan_for(format, route, paths, memory);
  memory.hits_.begin(literals_.size());
  memory.proposed_.clear(log_source_of_.size());
  memory.candidates_.clear();
  reading.expect_lines(lines_);

  search_fields(plan, paths, reading, memory);
  search_strings(plan, reading, memory);
  const RuleBits& possible = plan.has_rules ? plan.rules : memory.routes_[route].rules;
  const auto propose = [&](std::uint32_t rule) {
    if (memory.proposed_.insert(rule)) memory.candidates_.push_back(rule);
  };
  for (const std::uint32_t rule : plan.anyway) propose(rule);
  for (const std::uint32_t literal : memory.hits_.found())
    for (const Trigger& trigger : triggers_of(literal)) {
      if (!possible.has(trigger.rule)) continue;
      if (trigger.line != kNoLine) reading.mark_true(trigger.line);
      propose(trigger.rule);
    }
  return memory.candidates_;
}

}  // namespace riposte
