// Reads the 520 Elastic Security alerts and the table of what must come out, when RIPOSTE_TEST_DATA says
// where they are.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/clock.h"
#include "rules/event/event_parser.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"

namespace riposte {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path << " cannot be read";
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string wanted(const nlohmann::json& truth, const std::string& key) {
  if (!truth.contains(key) || truth[key].is_null()) return "";
  return truth[key].is_string() ? truth[key].get<std::string>() : truth[key].dump();
}

TEST(ElasticAlerts, GiveHostPidStartUserAndSeverityExactly) {
  const char* folder = std::getenv("RIPOSTE_TEST_DATA");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  if (folder == nullptr) GTEST_SKIP() << "RIPOSTE_TEST_DATA is not set: no sample alerts to read";
  const auto alerts = lines_of(std::string(folder) + "/alerts/elastic_security_alert.ndjson");
  const auto truths = lines_of(std::string(folder) + "/alerts/truth.ndjson");
  ASSERT_EQ(alerts.size(), 520U);
  ASSERT_EQ(truths.size(), alerts.size());

  const Result<Schema> schema = shipped_schema("elastic_security_alert");
  ASSERT_TRUE(schema.has_value());
  const std::map<std::string, std::string> columns{{"detection.id", "detection_id"},
                                                   {"rule.id", "rule_id"},
                                                   {"rule.name", "rule_name"},
                                                   {"host.id", "host_id"},
                                                   {"host.name", "host"},
                                                   {"process.pid", "process_pid"},
                                                   {"process.start", "process_start"},
                                                   {"process.entity_id", "process_entity_id"},
                                                   {"process.executable", "process_path"},
                                                   {"process.command_line", "process_command_line"},
                                                   {"user.name", "user"},
                                                   {"time", "event_time"}};
  EventParser parser;
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    const auto event = parser.parse(alerts[i]);
    ASSERT_TRUE(event.has_value()) << "line " << i + 1 << ": " << event.error().detail;
    const nlohmann::json truth = nlohmann::json::parse(truths[i]);
    for (const auto& [field_name, column] : columns) {
      const std::optional<Scalar> value = schema->first(*event, field_name);
      EXPECT_EQ(value ? value->text() : "", wanted(truth, column)) << field_name << ", line " << i + 1;
    }
    const std::optional<Severity> severity = severity_of(*event, *schema);
    ASSERT_TRUE(severity.has_value()) << "line " << i + 1;
    // Elastic has no level below low.
    const std::string level = wanted(truth, "level") == "informational" ? "low" : wanted(truth, "level");
    EXPECT_EQ(name_of(*severity), level) << "line " << i + 1;
  }
}

}  // namespace
}  // namespace riposte
