#include <array>

#include "rules/event/event_parser.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/fuzz/targets.h"
#include "tests/support/record_oracle.h"

namespace riposte::fuzz {
namespace {

/// Every kind of pattern stands somewhere in the golden rules; the examples are what people begin with.
std::shared_ptr<const RuleSet> every_kind_of_rule() {
  const std::vector<std::string> paths{(source_folder() / "tests/golden/rules").string(),
                                       (source_folder() / "tests/fuzz/corpus/rules/patterns.yml").string()};
  const ActionCatalogue known_actions = actions();
  const auto hours = active_hours();
  ReadRules read = read_rules(paths, {known_actions, hours, placeholders()});
  auto compiled = RuleSet::compile(std::move(read.rules), shipped_schemas(), {.ignore_logsource = true});
  require(compiled.rules->size() > 50, "the golden rules are not where they should be");
  return compiled.rules;
}

void ask_everything(const Event& event, const RuleSet& rules, Scratch& scratch) {
  const auto matches = rules.match(event, scratch);
  require(matches.has_value(), "matching could not tell");
  for (const RuleIndex index : *matches) require(index.value() < rules.size(), "a match with no rule");
  const auto& [schema, recognised] = matches->recognised;
  severity_of(recognised, *schema);
  schema->origin.origin_of(recognised);
  for (const std::string_view name : kCanonicalFields)
    if (const std::optional<Scalar> value = schema->first(recognised, name)) {
      require(!value->is_null(), "the first value of a field is null");
      value->text();
      value->integer();
    }
}

/// Both read every record, so that the reader has earlier ones to compare with.
void agree_with_the_dom(std::string_view bytes) {
  constexpr std::size_t kDepth = 16;
  static DomOracle oracle(kDepth);
  static ReaderUnderTest reader(kDepth);
  const RecordReading expected = oracle.read(bytes);
  const RecordReading found = reader.read(bytes);
  require(found.reason == expected.reason,
          "a record is refused that simdjson takes, or taken that it refuses");
  require(found.content == expected.content, "a record does not read as simdjson reads it");
}

void ask_one_record(std::string_view bytes) {
  agree_with_the_dom(bytes);
  static const std::shared_ptr<const RuleSet> kRules = every_kind_of_rule();
  static EventParser parser;
  static Scratch scratch;
  const auto event = parser.parse(bytes);
  if (event)
    ask_everything(*event, *kRules, scratch);
  else
    require(!event.error().reason.empty() && !event.error().detail.empty(), "refused without a reason");
}

}  // namespace

void events(std::string_view bytes) {
  ask_one_record(bytes);
  while (bytes.find('\n') != std::string_view::npos) {
    const std::size_t end = bytes.find('\n');
    ask_one_record(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
}

}  // namespace riposte::fuzz
