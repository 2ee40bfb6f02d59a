#include "rules/matching/rule_set.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "engine/lifecycle/action.h"
#include "rules/language/condition.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/candidate_index.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/event_reading.h"
#include "rules/matching/flat_rules.h"
#include "rules/matching/format.h"
#include "rules/matching/witness.h"

namespace riposte {
namespace {

bool same(const LogSource& a, const LogSource& b) {
  return a.product == b.product && a.category == b.category && a.service == b.service;
}

}  // namespace

struct Scratch::Body {
  std::uint64_t rules = 0;  ///< RuleSet::Body::serial of the set that all this is about
  PathReading paths;
  EventReading reading;
  CandidateMemory candidates;
  LookMemory looks;
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
  std::vector<CompiledRule> compiled;  ///< until they are flat
  FlatRules flat;
  std::vector<LogSource> log_sources;        ///< each once
  std::vector<std::uint32_t> log_source_of;  ///< by rule
  PathTable paths;
  std::vector<Format> formats;  ///< the last one takes what no other recognises
  CandidateIndex candidates{formats, flat, log_source_of};
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
      if (const auto witnesses = witnesses_of(rules[i], compiled[i], census))
        candidates.add(i, *witnesses);
      else
        candidates.add_always(i, telling_witnesses_of(rules[i], compiled[i], census));
      flat.add(rules[i], std::move(compiled[i]));
    }
    compiled = {};
    candidates.finish();
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
    if (work.rules != serial) work.candidates.clear();
    work.rules = serial;
    work.matches.clear();
  }

  bool matches(std::uint32_t index, Scratch::Body& work) const {
    return flat.matches(index, work.reading, work.looks);
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
  for (const std::uint32_t i :
       body_->candidates.find(number, inner, work.paths, work.reading, work.candidates))
    if (work.measures ? body_->matches_timed(i, work) : body_->matches(i, work)) work.matches.emplace_back(i);
  std::ranges::sort(work.matches);
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
