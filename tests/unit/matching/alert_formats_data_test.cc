// Reads sample alerts of every shipped format and holds what comes out against the table of the truth, when
// RIPOSTE_TEST_DATA says where they are.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/clock.h"
#include "rules/event/event_parser.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/test_data.h"

namespace riposte {
namespace {

using test::lines_of_file;
using test::test_data;

constexpr std::size_t kShown = 200;  ///< of an alert, when it is not what was expected

using Columns = std::map<std::string, std::string>;  ///< canonical name → column of the truth

/// What all formats say of the same detection.
const Columns kCommon{{"host.name", "host"},
                      {"process.pid", "process_pid"},
                      {"process.start", "process_start"},
                      {"process.entity_id", "process_entity_id"},
                      {"process.executable", "process_path"},
                      {"process.command_line", "process_command_line"},
                      {"user.name", "user"},
                      {"user.domain", "user_domain"},
                      {"source.ip", "src_ip"},
                      {"destination.ip", "dst_ip"},
                      {"destination.port", "dst_port"},
                      {"file.path", "file_path"},
                      {"registry.path", "registry_path"},
                      {"time", "event_time"}};

/// Wazuh has its own numbers for rules, hosts and alerts.
Columns with_ids(Columns columns) {
  columns["detection.id"] = "detection_id";
  columns["rule.id"] = "rule_id";
  columns["rule.name"] = "rule_name";
  columns["host.id"] = "host_id";
  return columns;
}

std::string wanted(const nlohmann::json& truth, const std::string& key) {
  if (!truth.contains(key) || truth[key].is_null()) return "";
  return truth[key].is_string() ? truth[key].get<std::string>() : truth[key].dump();
}

/// Formats write times with more or fewer digits; the truth has milliseconds.
std::string comparable(const std::string& field_name, const std::string& text) {
  if (field_name != "time" && field_name != "process.start") return text;
  const auto time = parse_iso8601(text);
  return time ? iso8601(*time) : text;
}

class AlertFormats : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_TEST_DATA();
    for (const std::string& line : lines_of_file(*test_data() + "/alerts/truth.ndjson"))
      truths_.push_back(nlohmann::json::parse(line));
    ASSERT_EQ(truths_.size(), 520U);
  }

  std::vector<std::string> alerts(const std::string& name) {
    return lines_of_file(*test_data() + "/alerts/" + name + ".ndjson");
  }

  /// Exactly one shipped schema must recognise the alert, and it must have this name.
  Recognised recognise(const std::string& line, const std::string& name) {
    const auto event = parser_.parse(line);
    EXPECT_TRUE(event.has_value()) << line;
    std::vector<std::string> names;
    for (const Schema& schema : schemas_)
      if (schema.recognise(*event)) names.push_back(schema.name);
    EXPECT_EQ(names, std::vector<std::string>{name}) << line.substr(0, kShown);
    return rules_.rules->recognise(*event);
  }

  static std::string text_of(const Recognised& alert, const std::string& field_name) {
    const std::optional<Scalar> value = alert.schema->first(alert.event, field_name);
    return value ? value->text() : "";
  }

  /// Six of the findings leave out a hash or a parent that the table has, and some alerts have one more.
  static void expect_if_said(const std::string& line, const std::string& actual,
                             const std::string& expected) {
    if (!expected.empty() && line.find(expected) != std::string::npos) {
      EXPECT_EQ(actual, expected);
    }
  }

  static void expect_hash(const std::string& line, const Recognised& alert, const nlohmann::json& truth) {
    const std::string process = text_of(alert, "process.hash.sha256");
    expect_if_said(line, process.empty() ? text_of(alert, "file.hash.sha256") : process,
                   wanted(truth, "sha256"));
  }

  void expect_truth(const Recognised& alert, const nlohmann::json& truth, const Columns& columns,
                    const std::string& lowest) {
    SCOPED_TRACE(alert.schema->name + ", line " + truth["line"].dump());
    for (const auto& [field_name, column] : columns)
      EXPECT_EQ(comparable(field_name, text_of(alert, field_name)), wanted(truth, column)) << field_name;
    const std::optional<Severity> severity = severity_of(alert.event, *alert.schema);
    ASSERT_TRUE(severity.has_value());
    const std::string level = wanted(truth, "level");
    EXPECT_EQ(name_of(*severity), level == "informational" ? lowest : level);
  }

  /// All 520 lines of a format that says everything.
  void expect_all(const std::string& file, const std::string& name, const Columns& columns,
                  const std::string& lowest) {
    const auto lines = alerts(file);
    ASSERT_EQ(lines.size(), truths_.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Recognised alert = recognise(lines[i], name);
      expect_truth(alert, truths_[i], columns, lowest);
      SCOPED_TRACE(name + ", line " + std::to_string(i + 1));
      expect_hash(lines[i], alert, truths_[i]);
      if (truths_[i].contains("parent_pid"))
        expect_if_said(lines[i], text_of(alert, "process.parent.pid"), wanted(truths_[i], "parent_pid"));
    }
  }

  const std::vector<Schema> schemas_ = shipped_schemas();
  const CompiledRules rules_ = RuleSet::compile({}, schemas_);
  std::vector<nlohmann::json> truths_;
  EventParser parser_;
};

TEST_F(AlertFormats, ElasticSecurityAlertsSayEverything) {
  expect_all("elastic_security_alert", "elastic_security_alert", with_ids(kCommon),
             "low");  // Elastic has no level below low
}

TEST_F(AlertFormats, OcsfDetectionFindingsSayEverything) {
  expect_all("ocsf_detection_finding", "ocsf_detection_finding", with_ids(kCommon), "informational");
}

TEST_F(AlertFormats, WazuhAlertsSayEverythingButTheIdsOfOthers) {
  Columns columns = kCommon;
  columns["rule.name"] = "rule_name";
  // For event 4688 the table has the path of the new process and the pid of its creator.
  const auto lines = alerts("wazuh_alert");
  for (std::size_t i = 0; i < truths_.size(); ++i) {
    const nlohmann::json data = nlohmann::json::parse(lines.at(i))["data"]["win"]["eventdata"];
    if (data.contains("newProcessId"))
      truths_[i]["process_pid"] = std::stoll(data["newProcessId"].get<std::string>(), nullptr, 16);
  }
  expect_all("wazuh_alert", "wazuh", columns, "informational");
}

TEST_F(AlertFormats, TheElasticFieldsFormSaysTheSameAsTheDocument) {
  const auto lines = alerts("elastic_security_alert_fields_api");
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    const Recognised alert = recognise(line, "elastic_security_alert");
    const std::string id = text_of(alert, "detection.id");
    const auto truth = std::ranges::find_if(
        truths_, [&](const nlohmann::json& one) { return one["detection_id"].get<std::string>() == id; });
    ASSERT_NE(truth, truths_.end()) << line;
    expect_truth(alert, *truth, with_ids(kCommon), "low");
    expect_hash(line, alert, *truth);
  }
}

TEST_F(AlertFormats, FalcoAlertsAreRecognisedAndSaySeverityTimeAndProcess) {
  for (const std::string& line : alerts("falco_alert")) {
    const Recognised alert = recognise(line, "falco");
    const auto truth = nlohmann::json::parse(line);
    EXPECT_EQ(text_of(alert, "rule.name"), truth["rule"].get<std::string>());
    EXPECT_EQ(text_of(alert, "time"), truth["time"].get<std::string>());
    EXPECT_TRUE(severity_of(alert.event, *alert.schema).has_value()) << line;
  }
  const std::map<std::string, std::string> levels{{"Info", "informational"},
                                                  {"Notice", "low"},
                                                  {"Warning", "medium"},
                                                  {"Error", "high"},
                                                  {"Critical", "critical"}};
  const Columns columns{{"host.name", "/hostname"},
                        {"rule.name", "/rule"},
                        {"process.name", "/output_fields/proc.name"},
                        {"process.executable", "/output_fields/proc.exepath"},
                        {"process.command_line", "/output_fields/proc.cmdline"},
                        {"user.name", "/output_fields/user.name"},
                        {"user.id", "/output_fields/user.uid"},
                        {"container.id", "/output_fields/container.id"},
                        {"time", "/time"}};
  for (const std::string& line : alerts("falco_alert_generated")) {
    SCOPED_TRACE(line.substr(0, kShown));
    const Recognised alert = recognise(line, "falco");
    const auto truth = nlohmann::json::parse(line);
    EXPECT_EQ(name_of(*severity_of(alert.event, *alert.schema)),
              levels.at(truth["priority"].get<std::string>()));
    for (const auto& [field_name, pointer] : columns) {
      const nlohmann::json::json_pointer place(pointer);
      const nlohmann::json value = truth.contains(place) ? truth[place] : nlohmann::json();
      if (field_name == "process.executable" && value.is_null()) continue;  // proc.exe stands in
      EXPECT_EQ(text_of(alert, field_name),
                value.is_string() ? value.get<std::string>() : (value.is_null() ? "" : value.dump()))
          << field_name;
    }
    // "10.244.1.17:51234->203.0.113.44:4444", where Falco says that it is a connection.
    const nlohmann::json& fields = truth["output_fields"];
    const std::string name = fields.value("fd.name", "");
    const bool connection = fields.contains("fd.l4proto");
    const std::size_t arrow = connection ? name.find("->") : std::string::npos;
    EXPECT_EQ(text_of(alert, "source.ip"),
              arrow == std::string::npos ? "" : name.substr(0, name.rfind(':', arrow)));
    EXPECT_EQ(text_of(alert, "file.path"), connection ? "" : name);
  }
}

TEST_F(AlertFormats, SuricataRecordsAreRecognisedAndSayAddressesAndSeverity) {
  const std::vector<std::string> levels{"", "high", "medium", "low", "informational"};
  for (const std::string& line : alerts("suricata_eve_alert")) {
    SCOPED_TRACE(line.substr(0, kShown));
    const Recognised alert = recognise(line, "suricata_eve");
    const auto truth = nlohmann::json::parse(line);
    EXPECT_EQ(text_of(alert, "source.ip"), truth.value("src_ip", ""));
    EXPECT_EQ(text_of(alert, "destination.ip"), truth.value("dest_ip", ""));
    EXPECT_EQ(text_of(alert, "rule.name"), truth["alert"]["signature"].get<std::string>());
    EXPECT_TRUE(parse_iso8601(text_of(alert, "time")).has_value());
    EXPECT_EQ(name_of(*severity_of(alert.event, *alert.schema)),
              levels.at(truth["alert"]["severity"].get<std::size_t>()));
    if (truth.contains("flow_id"))
      EXPECT_NE(text_of(alert, "detection.id").find(truth["flow_id"].dump()), std::string::npos);
    else
      EXPECT_EQ(text_of(alert, "detection.id"), "");
  }
}

TEST_F(AlertFormats, GuardDutyFindingsAreRecognisedAmongOtherDocuments) {
  std::size_t found = 0;
  for (const std::string& line : alerts("edr_cloud_alert")) {
    const auto truth = nlohmann::json::parse(line);
    if (!truth.contains("schemaVersion") || !truth.contains("service")) continue;
    ++found;
    SCOPED_TRACE(line.substr(0, kShown));
    const Recognised alert = recognise(line, "guardduty");
    EXPECT_EQ(text_of(alert, "detection.id"), truth["id"].get<std::string>());
    EXPECT_EQ(text_of(alert, "rule.name"), truth["type"].get<std::string>());
    EXPECT_TRUE(parse_iso8601(text_of(alert, "time")).has_value()) << text_of(alert, "time");
    const double score = truth["severity"].get<double>();
    const std::string level = score >= 9   ? "critical"
                              : score >= 7 ? "high"
                              : score >= 4 ? "medium"
                              : score >= 1 ? "low"
                                           : "informational";
    EXPECT_EQ(name_of(*severity_of(alert.event, *alert.schema)), level);
  }
  EXPECT_EQ(found, 8U);
}

}  // namespace
}  // namespace riposte
