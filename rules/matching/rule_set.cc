#include "rules/matching/rule_set.h"

#include <algorithm>
#include <array>

#include "engine/lifecycle/action.h"
#include "rules/language/condition.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/event_reading.h"

namespace riposte {
namespace {

enum class Answer : std::uint8_t { unknown, no, yes };

bool same(const LogSource& a, const LogSource& b) {
  return a.product == b.product && a.category == b.category && a.service == b.service;
}

/// The rules that events of one format can match.
struct Program {
  Schema schema;
  std::vector<std::uint32_t> rules;
  std::vector<FieldLookup> fields;  ///< by number; empty when none of the rules asks
};

}  // namespace

struct Scratch::Body {
  EventReading reading;
  std::vector<Answer> selections;  ///< of the rule being looked at
  std::vector<bool> admitted;      ///< by log source
  std::vector<RuleIndex> matches;
};

Scratch::Scratch() : body_(std::make_unique<Body>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

struct RuleSet::Body {
  std::vector<Rule> rules;
  std::vector<CompiledRule> compiled;
  std::vector<LogSource> log_sources;      ///< each once
  std::vector<std::size_t> log_source_of;  ///< by rule
  std::vector<Program> programs;           ///< the last one takes what no other recognises
  std::string digest;
  CompileOptions options;

  void add_rule(Rule rule, CompiledRule made) {
    const auto known = std::ranges::find_if(
        log_sources, [&](const LogSource& source) { return same(source, rule.logsource); });
    log_source_of.push_back(static_cast<std::size_t>(known - log_sources.begin()));
    if (known == log_sources.end()) log_sources.push_back(rule.logsource);
    compiled.push_back(std::move(made));
    rules.push_back(std::move(rule));
  }

  void add_program(Schema schema, const std::vector<std::string>& field_names) {
    Program program{std::move(schema), {}, std::vector<FieldLookup>(field_names.size())};
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      const LogSource& source = rules[i].logsource;
      if (!program.schema.origin.may_admit(source.product, source.category, source.service)) continue;
      program.rules.push_back(i);
      for (const std::size_t number : compiled[i].fields)
        if (program.fields[number].ways.empty())
          program.fields[number] = program.schema.lookup_of(field_names[number]);
    }
    programs.push_back(std::move(program));
  }

  std::pair<const Program*, Event> program_for(const Event& event) const {
    for (const Program& program : programs)
      if (const std::optional<Event> inner = program.schema.recognise(event)) return {&program, *inner};
    return {&programs.back(), event};
  }

  void begin_event(const Program& program, const Event& event, Scratch::Body& scratch) const {
    scratch.reading.begin(event, program.fields);
    scratch.matches.clear();
    scratch.admitted.assign(log_sources.size(), true);
    if (options.ignore_logsource) return;
    const EventOrigin origin = program.schema.origin.origin_of(event);
    for (std::size_t i = 0; i < log_sources.size(); ++i)
      scratch.admitted[i] =
          origin.admits(log_sources[i].product, log_sources[i].category, log_sources[i].service);
  }

  /// Each selection is looked at once, however often the condition names it.
  static bool matches(const Condition& condition, const CompiledRule& rule, Scratch::Body& scratch) {
    scratch.selections.assign(rule.selections.size(), Answer::unknown);
    return holds(condition, [&](std::size_t number) {
      Answer& known = scratch.selections[number];
      if (known == Answer::unknown)
        known = holds(rule.selections[number], scratch.reading) ? Answer::yes : Answer::no;
      return known == Answer::yes;
    });
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
    body->add_program(std::move(schema), fields.all());
  }
  body->digest = digest_of(identity);
  result.rules = std::shared_ptr<const RuleSet>(new RuleSet(std::move(body)));
  return result;
}

Result<Matches> RuleSet::match(const Event& event, Scratch& scratch) const {
  Scratch::Body& work = *scratch.body_;
  const auto [program, inner] = body_->program_for(event);
  body_->begin_event(*program, inner, work);
  for (const std::uint32_t i : program->rules) {
    if (!work.admitted[body_->log_source_of[i]]) continue;
    if (Body::matches(body_->rules[i].condition, body_->compiled[i], work)) work.matches.emplace_back(i);
  }
  return Matches{{&program->schema, inner}, work.matches};
}

Recognised RuleSet::recognise(const Event& event) const {
  const auto [program, inner] = body_->program_for(event);
  return {&program->schema, inner};
}

const Rule& RuleSet::rule(RuleIndex index) const { return body_->rules[index.value()]; }
std::size_t RuleSet::size() const { return body_->rules.size(); }
const std::string& RuleSet::digest() const { return body_->digest; }

std::optional<Severity> severity_of(const Event& event, const Schema& schema) {
  const std::optional<std::string_view> name = schema.severity_name(event);
  return name ? parse_severity(*name) : std::nullopt;
}

}  // namespace riposte
