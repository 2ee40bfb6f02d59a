#include "engine/authoring/schema_detect.h"

#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/event_lines.h"
#include "engine/base/printable.h"
#include "engine/config/loading.h"
#include "rules/event/event_parser.h"
#include "rules/language/schema_reader.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

/// A command line of a page or more says no more than its beginning.
constexpr std::size_t kShownBytesMax = 160;

/// What one line is.
struct Reading {
  const Schema* schema = nullptr;  ///< null: none recognises it
  std::optional<Event> event;
  std::optional<Unusable> unusable;
};

Reading read_line(const std::string& line, const std::vector<Schema>& schemas, EventParser& parser) {
  Reading reading;
  const auto parsed = parser.parse(line);
  if (!parsed) {
    reading.unusable = parsed.error();
    return reading;
  }
  reading.event = *parsed;
  for (const Schema& schema : schemas) {
    const std::optional<Event> inner = schema.recognise(*parsed);
    if (!inner) continue;
    reading.schema = &schema;
    reading.event = inner;
    break;
  }
  return reading;
}

std::vector<std::pair<std::string_view, std::string>> fields_of(const Schema& schema, const Event& event) {
  std::vector<std::pair<std::string_view, std::string>> fields;
  for (const std::string_view name : kCanonicalFields)
    if (const auto value = schema.first(event, name)) fields.emplace_back(name, value->text());
  return fields;
}

Json json_names(const std::optional<std::vector<std::string>>& names) {
  return names ? Json(*names) : Json(nullptr);
}

Json json_line(std::size_t number, const Reading& reading, const Schema& schema) {
  Json line{{"line", number}};
  if (reading.unusable) {
    line["error"] = {{"reason", reading.unusable->reason}, {"detail", reading.unusable->detail}};
    return line;
  }
  line["schema"] = schema.name;
  line["recognised"] = reading.schema != nullptr;
  const auto severity = schema.severity_name(*reading.event);
  line["severity"] = severity ? Json(*severity) : Json(nullptr);
  const EventOrigin origin = schema.origin.origin_of(*reading.event);
  line["logsource"] = {{"product", json_names(origin.products)},
                       {"category", json_names(origin.categories)},
                       {"service", json_names(origin.services)}};
  line["fields"] = Json::object();
  for (const auto& [name, value] : fields_of(schema, *reading.event))
    line["fields"][std::string(name)] = value;
  return line;
}

std::string text_names(const std::optional<std::vector<std::string>>& names) {
  if (!names) return "unknown";
  return names->empty() ? "none" : fmt::format("{}", fmt::join(*names, ", "));
}

void print_pair(std::string_view name, std::string_view value, std::ostream& out) {
  const bool is_long = value.size() > kShownBytesMax;
  out << fmt::format("  {:<28}{}{}\n", name, printable(value.substr(0, kShownBytesMax)), is_long ? "…" : "");
}

void print_text(std::size_t number, const Reading& reading, const Schema& schema, std::ostream& out) {
  if (reading.unusable) {
    out << fmt::format("line {}: no event: {}\n", number, printable(reading.unusable->detail));
    return;
  }
  if (reading.schema == nullptr)
    out << fmt::format("line {}: not recognised; every name is looked up where it says\n", number);
  else
    out << fmt::format("line {}: {}\n", number, schema.name);
  print_pair("severity", schema.severity_name(*reading.event).value_or("the rule's"), out);
  const EventOrigin origin = schema.origin.origin_of(*reading.event);
  print_pair("product", text_names(origin.products), out);
  print_pair("category", text_names(origin.categories), out);
  print_pair("service", text_names(origin.services), out);
  for (const auto& [name, value] : fields_of(schema, *reading.event)) print_pair(name, value, out);
}

bool detect_lines(std::istream& lines, const std::vector<Schema>& schemas, bool json, std::ostream& out) {
  const Schema generic = generic_schema();
  EventParser parser;
  bool clean = true;
  std::size_t number = 0;
  std::map<std::string, std::size_t> counts;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const Reading reading = read_line(line, schemas, parser);
    const Schema& schema = reading.schema == nullptr ? generic : *reading.schema;
    clean = clean && reading.schema != nullptr;
    ++counts[reading.unusable ? "no event" : reading.schema == nullptr ? "not recognised" : schema.name];
    if (json)
      out << json_line(number, reading, schema).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    else
      print_text(number, reading, schema, out);
  }
  if (json) return clean;
  out << number << (number == 1 ? " line" : " lines");
  for (const auto& [name, count] : counts) out << ", " << count << ' ' << name;
  out << '\n';
  return clean;
}

}  // namespace

Result<bool> detect_schemas(const std::string& events, std::span<const std::string> schemas, bool json,
                            std::ostream& out) {
  std::vector<Diagnostic> diagnostics;
  const auto loaded = load_schemas(schemas, diagnostics);
  if (!loaded) {
    std::string mistakes;
    for (const Diagnostic& diagnostic : diagnostics) mistakes += "\n" + diagnostic.text();
    return fail(Errc::invalid, "the schemas cannot be used:" + mistakes);
  }
  std::ifstream file;
  return detect_lines(*TRY(open_events(events, file)), *loaded, json, out);
}

}  // namespace riposte
