#include "rules/language/schema_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

Schema schema_of(std::string_view text) {
  Diagnostics diagnostics("s.yaml");
  auto schema = read_schema(text, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.take()) ADD_FAILURE() << diagnostic.text();
  return schema.value_or(Schema());
}

std::string text_of(const Schema& schema, const Event& event, std::string_view name) {
  const auto value = schema.first(event, name);
  return value ? value->text() : "nothing";
}

TEST(Schemas, AllThatAreShippedCanBeRead) {
  ASSERT_FALSE(shipped_schema_names().empty());
  for (const std::string_view name : shipped_schema_names()) {
    const Result<Schema> schema = shipped_schema(name);
    ASSERT_TRUE(schema.has_value()) << schema.error().text();
    EXPECT_EQ(schema->name, name);
    EXPECT_TRUE(schema->fields.contains(field::kDetectionId)) << name;
    EXPECT_FALSE(schema->detect.empty()) << name;
  }
}

TEST(Schemas, NameTheNearestWhenOneIsUnknown) {
  const Result<Schema> schema = shipped_schema("elastic_security_alerts");
  ASSERT_FALSE(schema.has_value());
  EXPECT_EQ(schema.error().code, Errc::not_found);
  EXPECT_THAT(schema.error().what, HasSubstr("did you mean 'elastic_security_alert'?"));
}

TEST(Schemas, KeepPathsInOrderAndBoundsSorted) {
  Diagnostics diagnostics("s.yaml");
  const auto schema = read_schema(
      "name: own\nseverity:\n  - {path: score, at_least: {50: high, 0: low}}\nfields:\n  host.name: [a, b]\n "
      " time: ts\n",
      diagnostics);
  ASSERT_TRUE(schema.has_value());
  EXPECT_THAT(schema->fields.find("host.name")->second.ways,
              ElementsAre(Field(&FieldWay::path, "a"), Field(&FieldWay::path, "b")));
  EXPECT_EQ(std::get<1>(schema->severity.at(0).scale).front().second, "low");
}

TEST(Schemas, TakeTheFirstElementOfAListThatFits) {
  const Schema schema = schema_of(R"(
name: own
fields:
  process.pid: {first: {in: evidences, having: process}, path: process.pid}
  process.hash.md5: {first: [{in: evidences, having: process}, {in: process.hashes, having: {kind: 1}}], path: value}
)");
  EventParser parser;
  const auto event =
      parser.parse(R"({"evidences":[{"file":1},{"process":{"pid":7,"hashes":[{"kind":3,"value":"c"},
    {"kind":1,"value":"a"}]}},{"process":{"pid":8}}]})");
  EXPECT_EQ(text_of(schema, *event, "process.pid"), "7");
  EXPECT_EQ(text_of(schema, *event, "process.hash.md5"), "a");
  EXPECT_EQ(text_of(schema, *parser.parse(R"({"evidences":[{"file":1}]})"), "process.pid"), "nothing");
}

TEST(Schemas, CutTextsAndConvertThem) {
  const Schema schema = schema_of(R"(
name: own
fields:
  user.name: [{path: user, after_last: \}, user]
  user.domain: {path: user, before_last: \}
  source.ip: {path: connection, before: "->", before_last: ":"}
  hash: {path: hashes, value_of: SHA256}
  process.pid: {path: pid, as: integer}
  time: [{path: ms, as: epoch_ms}, {path: ns, as: epoch_ns}, {path: text, as: time}]
  detection.id: {join: [host, record]}
)");
  EventParser parser;
  auto event = *parser.parse(
      R"({"user":"CORP\\ann","connection":"::1:22->::2:443","pid":"0x1A2b","ns":1507591916746609046,
    "hashes":"MD5=a,sha256=b,IMPHASH=c","host":"h","record":18446744073709551615})");
  EXPECT_EQ(text_of(schema, event, "user.name"), "ann");
  EXPECT_EQ(text_of(schema, event, "user.domain"), "CORP");
  EXPECT_EQ(text_of(schema, event, "source.ip"), "::1");
  EXPECT_EQ(text_of(schema, event, "hash"), "b");
  EXPECT_EQ(text_of(schema, event, "process.pid"), "6699");
  EXPECT_EQ(text_of(schema, event, "time"), "2017-10-09T23:31:56.746609046Z");
  EXPECT_EQ(text_of(schema, event, "detection.id"), "h:18446744073709551615");
  event = *parser.parse(
      R"({"user":"root","connection":"/tmp/x","pid":4,"text":"2026-01-02 03:04:05.123","host":"h"})");
  EXPECT_EQ(text_of(schema, event, "user.name"), "root");
  EXPECT_EQ(text_of(schema, event, "user.domain"), "nothing");
  EXPECT_EQ(text_of(schema, event, "source.ip"), "nothing");
  EXPECT_EQ(text_of(schema, event, "process.pid"), "4");
  EXPECT_EQ(text_of(schema, event, "time"), "2026-01-02T03:04:05.123Z");
  EXPECT_EQ(text_of(schema, event, "detection.id"), "nothing");
}

TEST(Schemas, LeaveWhatTheyCannotConvertForAnErrorThatShowsIt) {
  const Schema schema = schema_of(
      "name: own\nfields: {process.pid: {path: p, as: integer}, time: {path: t, as: time}, "
      "start: {path: s, as: epoch_ms}}\n");
  EventParser parser;
  const auto event = parser.parse(R"({"p":"four","t":"yesterday","s":-1})");
  EXPECT_EQ(text_of(schema, *event, "process.pid"), "four");
  EXPECT_EQ(text_of(schema, *event, "time"), "yesterday");
  EXPECT_EQ(text_of(schema, *event, "start"), "-1");
}

TEST(Schemas, GoAWayOnlyWhenItsConditionHolds) {
  const Schema schema = schema_of(R"(
name: own
fields:
  process.start: {path: UtcTime, as: time, when: {EventID: [1, 4688], Image: '*', Parent: null}}
sigma:
  EventID: winlog.id
)");
  EventParser parser;
  EXPECT_EQ(
      text_of(schema, *parser.parse(R"({"winlog":{"id":"1"},"UtcTime":"2026-01-02T03:04:05Z","Image":"a"})"),
              "process.start"),
      "2026-01-02T03:04:05Z");
  for (const char* json :
       {R"({"winlog":{"id":3},"UtcTime":"t","Image":"a"})", R"({"winlog":{"id":1},"UtcTime":"t"})",
        R"({"winlog":{"id":1},"UtcTime":"t","Image":"a","Parent":"p"})"})
    EXPECT_EQ(text_of(schema, *parser.parse(json), "process.start"), "nothing") << json;
}

TEST(Schemas, TakeNoValueForWhatMeansNothingButShowItToRules) {
  const Schema schema =
      schema_of("name: own\nno_value: ['-']\nfields: {user.name: [a, b]}\nsigma: {User: [a, b]}\n");
  EventParser parser;
  EXPECT_EQ(text_of(schema, *parser.parse(R"({"a":"-","b":"ann"})"), "user.name"), "ann");
  EXPECT_EQ(text_of(schema, *parser.parse(R"({"a":"-"})"), "user.name"), "nothing");
  EXPECT_EQ(text_of(schema, *parser.parse(R"({"a":"-","b":"ann"})"), "User"), "-");
}

TEST(Schemas, LookForOtherNamesElsewhere) {
  const Schema schema =
      schema_of("name: own\nelsewhere: [a, {in: b, keys: lower_first}, {in: c, keys: without_blanks}]\n");
  EventParser parser;
  const auto event =
      parser.parse(R"({"Top":1,"a":{"Top":9,"X":2},"b":{"image":3},"c":{"Threat Name":4,"Threat":5}})");
  EXPECT_EQ(text_of(schema, *event, "Top"), "1");
  EXPECT_EQ(text_of(schema, *event, "X"), "2");
  EXPECT_EQ(text_of(schema, *event, "Image"), "3");
  EXPECT_EQ(text_of(schema, *event, "ThreatName"), "4");
  EXPECT_EQ(text_of(schema, *event, "ThreatNam"), "nothing");
}

TEST(Schemas, TakeTheWrappingOffOnlyWhenWhatIsInsideIsTheirs) {
  const Schema schema = schema_of("name: own\ndetect: [{id: '*'}, {uid: [7, x]}]\nbody: [_source, fields]\n");
  EventParser parser;
  const auto id_in = [&](std::string_view json) {
    const auto inner = schema.recognise(*parser.parse(json));
    return inner ? text_of(schema, *inner, "id") : "not recognised";
  };
  EXPECT_EQ(id_in(R"({"id":1,"fields":{"id":2}})"), "1");
  EXPECT_EQ(id_in(R"({"_index":"i","_source":{"id":2}})"), "2");
  EXPECT_EQ(id_in(R"({"fields":{"id":[3]}})"), "3");
  EXPECT_EQ(id_in(R"({"uid":"X"})"), "nothing");
  EXPECT_EQ(id_in(R"({"uid":8,"fields":{"env":"prod"}})"), "not recognised");
}

TEST(Schemas, KnowALogSourceOnlyWhenTheEventSaysIt) {
  const Schema schema = schema_of(R"(
name: own
logsource:
  product: [own, linux]
  service: {known_when: {log: '*'}, cases: [{field: log, values: {Auth: [auth, sshd]}}]}
  category: {cases: [{when: {kind: exec}, is: process_creation}]}
)");
  EventParser parser;
  const auto admits = [&](std::string_view json, std::string_view category, std::string_view service) {
    return schema.origin.origin_of(*parser.parse(json)).admits("Linux", category, service);
  };
  EXPECT_TRUE(admits(R"({"log":"AUTH"})", "", "sshd"));
  EXPECT_FALSE(admits(R"({"log":"cron"})", "", "sshd"));
  EXPECT_TRUE(admits(R"({})", "", "sshd")) << "what the event does not say must not keep a rule away";
  EXPECT_TRUE(admits(R"({"kind":"open"})", "file_event", ""));
  EXPECT_FALSE(admits(R"({"kind":"exec"})", "file_event", ""));
  EXPECT_TRUE(schema.origin.may_admit("linux", "any", "sshd"));
  EXPECT_FALSE(schema.origin.may_admit("linux", "any", "cron"))
      << "a format of one product lists its services";
  EXPECT_FALSE(schema.origin.may_admit("windows", "", ""));
}

TEST(Schemas, TakeALogSourceFromAShippedOneAndReadItWithTheirOwnFields) {
  const Schema schema = schema_of(
      "name: own\nsigma: {Channel: ch, EventID: id}\nlogsource: {like: windows_event_flat, product: "
      "[windows, own]}\n");
  EventParser parser;
  const EventOrigin origin =
      schema.origin.origin_of(*parser.parse(R"({"ch":"Microsoft-Windows-Sysmon/Operational","id":"1"})"));
  EXPECT_THAT(*origin.products, ElementsAre("windows", "own"));
  EXPECT_THAT(*origin.services, ElementsAre("sysmon"));
  EXPECT_THAT(*origin.categories, ElementsAre("process_creation"));
}

}  // namespace
}  // namespace riposte
