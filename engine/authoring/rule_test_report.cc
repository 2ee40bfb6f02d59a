#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/rule_tests.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

/// Every line of `text` moved to the right.
std::string indented(const std::string& text) {
  std::string made = "       ";
  for (const char c : text) {
    made += c;
    if (c == '\n') made += "       ";
  }
  while (made.ends_with(' ') || made.ends_with('\n')) made.pop_back();
  return made;
}

std::string xml(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      case '\n':
        made += "&#10;";
        break;
      default:
        // XML has no way to write other control characters.
        made += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return made;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace

void print_report(const RuleTestReport& report, std::ostream& out) {
  for (const RuleTestResult& result : report.results) {
    if (result.failures.empty()) {
      out << fmt::format("ok    {}: {}\n", result.rule.value(), result.test);
      continue;
    }
    out << fmt::format("FAIL  {}: {}  ({})\n", result.rule.value(), result.test, text_of(result.location));
    for (const std::string& failure : result.failures) out << indented(failure) << '\n';
  }
  const std::size_t failed = report.failed();
  out << fmt::format("{} passed, {} failed, {} rules without tests\n", report.results.size() - failed, failed,
                     report.rules_without_tests.size());
}

void print_report_json(const RuleTestReport& report, std::ostream& out) {
  Json json{{"passed", report.results.size() - report.failed()}, {"failed", report.failed()}};
  json["rules_without_tests"] = Json::array();
  for (const RuleId& rule : report.rules_without_tests) json["rules_without_tests"].push_back(rule.value());
  json["tests"] = Json::array();
  for (const RuleTestResult& result : report.results)
    json["tests"].push_back({{"rule", result.rule.value()},
                             {"test", result.test},
                             {"file", result.location.file},
                             {"line", result.location.line},
                             {"failures", result.failures}});
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_junit(const RuleTestReport& report, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      << fmt::format("<testsuite name=\"riposte rules\" tests=\"{}\" failures=\"{}\">\n",
                     report.results.size(), report.failed());
  for (const RuleTestResult& result : report.results) {
    out << fmt::format("  <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
                       xml(result.rule.value()), xml(result.test), xml(result.location.file),
                       result.location.line);
    if (result.failures.empty())
      out << "/>\n";
    else
      out << fmt::format("><failure message=\"{}\">{}</failure></testcase>\n", xml(result.failures.front()),
                         xml(joined(result.failures)));
  }
  out << "</testsuite>\n";
}

}  // namespace riposte
