#include "rules/matching/rule_set.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "engine/lifecycle/action.h"
#include "rules/language/condition.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/event_reading.h"
#include "rules/matching/format.h"
#include "rules/matching/literal_search.h"
#include "rules/matching/quick_set.h"
#include "rules/matching/witness.h"

namespace riposte {
namespace {

enum class Answer : std::uint8_t { unknown, no, yes };

bool same(const LogSource& a, const LogSource& b) {
  return a.product == b.product && a.category == b.category && a.service == b.service;
}

/// What a literal, or any value at a field, sets off.
struct Trigger {
  std::uint32_t rule;
  std::optional<std::uint32_t> line;  ///< which it makes true
};
using Triggers = std::vector<Trigger>;

/// What events from the same log sources have to be searched for.
struct Route {
  Admitted admitted;
  std::vector<std::uint32_t> ways;    ///< of searching, by field as literals count them
  std::vector<std::uint32_t> always;  ///< rules that nothing in particular sets off
};

}  // namespace

struct Scratch::Body {
  std::uint64_t rules = 0;  ///< RuleSet::Body::serial of the set that all this is about
  PathReading paths;
  EventReading reading;
  OriginMemo origins;
  std::vector<Route> routes;
  LiteralSearch search;
  LiteralHits hits;
  QuickSet searched;  ///< fields
  QuickSet proposed;  ///< rules
  std::vector<std::uint32_t> candidates;
  std::vector<Answer> selections;  ///< of the rule being looked at
  std::vector<RuleIndex> matches;
  bool measures = false;
  std::vector<RuleCost> costs;
};

Scratch::Scratch() : body_(std::make_unique<Body>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

void Scratch::measure_rules() { body_->measures = true; }
const std::vector<RuleCost>& Scratch::rule_costs() const { return body_->costs; }

struct RuleSet::Body {
  std::vector<Rule> rules;
  std::vector<CompiledRule> compiled;
  std::vector<LogSource> log_sources;        ///< each once
  std::vector<std::uint32_t> log_source_of;  ///< by rule
  PathTable paths;
  std::vector<Format> formats;  ///< the last one takes what no other recognises
  LiteralIndex literals;
  std::vector<Triggers> by_literal;
  std::vector<Triggers> by_field;     ///< set off by any value, by field
  std::vector<std::uint32_t> always;  ///< rules that nothing in particular sets off
  std::uint32_t lines = 0;            ///< that a literal makes true
  std::string digest;
  CompileOptions options;
  const std::uint64_t serial = next_serial();  ///< no other set of this process has it, now or later

  static std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  void add_rule(Rule rule, CompiledRule made) {
    const auto known = std::ranges::find_if(
        log_sources, [&](const LogSource& source) { return same(source, rule.logsource); });
    log_source_of.push_back(static_cast<std::uint32_t>(known - log_sources.begin()));
    if (known == log_sources.end()) log_sources.push_back(rule.logsource);
    compiled.push_back(std::move(made));
    rules.push_back(std::move(rule));
  }

  void add_format(Schema schema, const std::vector<std::string>& field_names) {
    Format& format = formats.emplace_back(std::move(schema), paths, log_sources, options.ignore_logsource);
    std::vector<bool> is_read(field_names.size());
    for (std::size_t i = 0; i < rules.size(); ++i)
      if (format.may_admit(log_source_of[i]))
        for (const std::size_t number : compiled[i].fields) is_read[number] = true;
    format.expect_fields(field_names.size());
    for (std::size_t number = 0; number < field_names.size(); ++number)
      if (is_read[number]) format.add_field(number, field_names[number], paths);
  }

  void add_triggers() {
    LiteralCensus census;
    for (std::size_t i = 0; i < rules.size(); ++i) census.count(rules[i], compiled[i]);
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      const auto witnesses = witnesses_of(rules[i], compiled[i], census);
      if (!witnesses) always.push_back(i);
      if (witnesses)
        for (const Witness& witness : *witnesses) add_trigger(i, witness);
    }
    for (CompiledRule& rule : compiled) order_lines(rule);
    literals.finish();
  }

  void add_trigger(std::uint32_t rule, const Witness& witness) {
    Trigger trigger{rule, {}};
    if (witness.line != nullptr) {
      if (!witness.line->witness) witness.line->witness = lines++;
      trigger.line = witness.line->witness;
    }
    std::vector<Triggers>& by = witness.is_literal ? by_literal : by_field;
    const std::uint32_t number = witness.is_literal ? literals.add(witness.literal) : witness.literal.field;
    if (by.size() <= number) by.resize(number + 1);
    by[number].push_back(trigger);
  }

  /// The format, and the event as it reads it; `paths` has been read from that.
  std::pair<std::size_t, Event> format_of(const Event& event, PathReading& found) const {
    found.read(paths, event);
    for (std::size_t i = 0; i < formats.size(); ++i) {
      // The last one takes what there is; it need only know whether that is wrapped.
      const bool takes_all = i + 1 == formats.size() && !formats[i].may_be_wrapped(found);
      if (takes_all || formats[i].has_shape(event, found)) return {i, event};
      if (!formats[i].may_be_wrapped(found)) continue;
      for (const std::string& path : formats[i].schema().body)
        for (const Event& inner : event.objects(path)) {
          found.read(paths, inner);
          if (formats[i].has_shape(inner, found)) return {i, inner};
        }
      found.read(paths, event);
    }
    return {formats.size() - 1, event};
  }

  void begin_event(Scratch::Body& work) const {
    if (work.rules != serial) {
      work.origins.clear();
      work.routes.clear();
      work.search.clear();
      work.rules = serial;
    }
    work.searched.clear(route_fields());
    work.proposed.clear(rules.size());
    work.reading.expect_lines(lines);
    work.hits.begin(literals.size());
    work.candidates.clear();
    work.matches.clear();
  }

  std::size_t route_fields() const { return Witness::kFirstField + formats.front().fields(); }

  /// The number of the route for these log sources.
  std::size_t route_to(Admitted admitted, Scratch::Body& work) const {
    const auto known = std::ranges::find(work.routes, admitted, &Route::admitted);
    if (known != work.routes.end()) return static_cast<std::size_t>(known - work.routes.begin());
    Route route{std::move(admitted), std::vector<std::uint32_t>(route_fields()), {}};
    for (std::uint32_t literal = 0; literal < by_literal.size(); ++literal)
      if (std::ranges::any_of(by_literal[literal],
                              [&](const Trigger& trigger) { return admits(route, trigger.rule); }))
        route.ways[literals.field_of(literal)] |= literals.ways_to(literal);
    for (const std::uint32_t rule : always)
      if (admits(route, rule)) route.always.push_back(rule);
    work.routes.push_back(std::move(route));
    return work.routes.size() - 1;
  }

  bool admits(const Route& route, std::uint32_t rule) const { return route.admitted[log_source_of[rule]]; }

  void propose(std::uint32_t rule, const Route& route, Scratch::Body& work) const {
    if (work.proposed.insert(rule) && admits(route, rule)) work.candidates.push_back(rule);
  }

  /// Looks for the literals of one field in its values.
  void search(std::uint32_t number, const Route& route, Scratch::Body& work) const {
    const std::uint32_t field = Witness::kFirstField + number;
    if (!work.searched.insert(field)) return;
    if (const std::uint32_t ways = route.ways[field])
      for (const PreparedValue& value : work.reading.field(number).prepared)
        work.search.search(literals, field, ways, value.folded, work.hits);
    if (field < by_field.size())
      for (const Trigger& trigger : by_field[field]) propose(trigger.rule, route, work);
  }

  /// Keywords may stand in any text. Most of them need not begin or end where it does: those are looked for
  /// in all texts at once.
  void search_strings(std::uint32_t ways, Scratch::Body& work) const {
    const auto all = work.reading.folded_strings();
    const std::uint32_t at_once = all ? ways & LiteralIndex::kWaysAnywhere : 0;
    if (at_once != 0) literals.search_all(Witness::kAnyField, at_once, *all, work.reading, work.hits);
    if (const std::uint32_t rest = ways & ~at_once)
      for (const PreparedValue& value : work.reading.strings().prepared)
        literals.search(Witness::kAnyField, rest, value.folded, work.hits);
  }

  void find_candidates(const Format& format, const Route& route, Scratch::Body& work) const {
    format.for_each_field(work.paths, [&](std::uint32_t number) { search(number, route, work); });
    search_strings(route.ways[Witness::kAnyField], work);
    for (const std::uint32_t literal : work.hits.found())
      for (const Trigger& trigger : by_literal[literal]) {
        if (trigger.line) work.reading.mark_true(*trigger.line);
        propose(trigger.rule, route, work);
      }
    for (const std::uint32_t rule : route.always) propose(rule, route, work);
    std::ranges::sort(work.candidates);
  }

  /// Each selection is looked at once, however often the condition names it.
  bool matches(std::uint32_t index, Scratch::Body& work) const {
    const CompiledRule& rule = compiled[index];
    work.selections.assign(rule.selections.size(), Answer::unknown);
    return holds(rules[index].condition, [&](std::size_t number) {
      Answer& known = work.selections[number];
      if (known == Answer::unknown)
        known = holds(rule.selections[number], work.reading) ? Answer::yes : Answer::no;
      return known == Answer::yes;
    });
  }

  bool matches_timed(std::uint32_t index, Scratch::Body& work) const {
    work.costs.resize(rules.size());
    const auto begin = std::chrono::steady_clock::now();
    const bool is_match = matches(index, work);
    const std::chrono::nanoseconds time = std::chrono::steady_clock::now() - begin;
    ++work.costs[index].looks;
    work.costs[index].nanoseconds += static_cast<std::uint64_t>(time.count());
    return is_match;
  }
};

RuleSet::RuleSet(std::unique_ptr<Body> body) : body_(std::move(body)) {}
RuleSet::~RuleSet() = default;

CompiledRules RuleSet::compile(std::vector<Rule> rules, std::vector<Schema> schemas, CompileOptions options) {
  auto body = std::make_unique<Body>();
  body->options = options;
  CompiledRules result;
  FieldNames fields;
  std::string identity = options.ignore_logsource ? "any log source" : "";
  for (Rule& rule : rules) {
    std::optional<CompiledRule> compiled = compile_rule(rule, fields, result.diagnostics);
    if (!compiled) {
      ++result.refused;
      continue;
    }
    identity += '\n' + rule.id.value() + ' ' + rule.digest;
    body->add_rule(std::move(rule), std::move(*compiled));
  }
  if (schemas.size() != 1) schemas.push_back(generic_schema());
  for (Schema& schema : schemas) {
    identity += '\n' + schema.name + ' ' + schema.digest;
    body->add_format(std::move(schema), fields.all());
  }
  body->paths.finish();
  body->add_triggers();
  body->digest = digest_of(identity);
  result.rules = std::shared_ptr<const RuleSet>(new RuleSet(std::move(body)));
  return result;
}

Result<Matches> RuleSet::match(const Event& event, Scratch& scratch) const {
  Scratch::Body& work = *scratch.body_;
  const auto [number, inner] = body_->format_of(event, work.paths);
  const Format& format = body_->formats[number];
  work.reading.begin(inner, format, work.paths);
  body_->begin_event(work);
  const std::size_t route = work.origins.route_of(format, number, inner, work.paths, [&](Admitted admitted) {
    return body_->route_to(std::move(admitted), work);
  });
  body_->find_candidates(format, work.routes[route], work);
  for (const std::uint32_t i : work.candidates)
    if (work.measures ? body_->matches_timed(i, work) : body_->matches(i, work)) work.matches.emplace_back(i);
  return Matches{{&format.schema(), inner}, work.matches};
}

Recognised RuleSet::recognise(const Event& event) const {
  PathReading paths;
  const auto [number, inner] = body_->format_of(event, paths);
  return {&body_->formats[number].schema(), inner};
}

const Rule& RuleSet::rule(RuleIndex index) const { return body_->rules[index.value()]; }
std::size_t RuleSet::size() const { return body_->rules.size(); }
const std::string& RuleSet::digest() const { return body_->digest; }

std::optional<Severity> severity_of(const Event& event, const Schema& schema) {
  const std::optional<std::string_view> name = schema.severity_name(event);
  return name ? parse_severity(*name) : std::nullopt;
}

}  // namespace riposte
