#include "engine/config/sections.h"

namespace riposte::config {
namespace {

constexpr std::string_view kSourceHelp =
    "write one of \"kafka: {brokers, topics, group}\", \"file: {path}\" and \"stdin: {}\"";

KafkaOptions read_kafka(MapReader& map, const Configuration& so_far) {
  KafkaOptions options;
  options.brokers = map.required_text("brokers").value_or("");
  options.topics = map.texts("topics");
  if (options.topics.empty()) map.diagnostics().error(map.node(), "kafka needs topics, such as [detections]");
  options.group = map.required_text("group").value_or("");
  options.accept_lost_position = map.boolean("accept_lost_position").value_or(false);
  options.event_bytes_max = so_far.event_limits.bytes_max;
  if (auto properties = map.map("properties")) {
    for (const yaml::Entry& entry : properties->entries())
      if (const auto value = scalar_text(entry.value, entry.key, map.diagnostics()))
        options.properties[entry.key] = *value;
  }
  map.finish();
  return options;
}

FileInput read_file_input(MapReader& map, const std::string& folder) {
  FileInput file;
  file.path = resolve(folder, map.required_text("path").value_or(""));
  file.follow = map.boolean("follow").value_or(false);
  map.finish();
  return file;
}

}  // namespace

void read_source(MapReader& map, const std::string& folder, Configuration& into) {
  const yaml::Node* node = map.required("source");
  if (node == nullptr) return;
  auto source = map.map("source");
  if (!source) return;
  int found = 0;
  if (auto kafka = source->map("kafka")) {
    into.input = read_kafka(*kafka, into);
    ++found;
  }
  if (auto file = source->map("file")) {
    into.input = read_file_input(*file, folder);
    ++found;
  }
  if (source->has("stdin")) {
    into.input = StdinInput{};
    ++found;
  }
  source->finish();
  if (found != 1)
    map.diagnostics().error(*node, "there has to be exactly one source; " + std::string(kSourceHelp));
}

void read_dead_letters(MapReader& map, const std::string& folder, Configuration& into) {
  into.dead_letters = DeadLetterFile{resolve(into.data_directory, "dead-letters.ndjson")};
  auto place = map.map("dead_letters");
  if (!place) return;
  const auto file = place->text("file");
  const auto topic = place->text("topic");
  place->finish();
  if (file.has_value() == topic.has_value())
    map.diagnostics().error(place->node(), "dead_letters takes either file or topic");
  if (file) into.dead_letters = DeadLetterFile{resolve(folder, *file)};
  if (topic) into.dead_letters = DeadLetterTopic{*topic};
  if (topic && !std::holds_alternative<KafkaOptions>(into.input))
    map.diagnostics().error(
        place->node(),
        "a dead letter topic needs a kafka source, whose brokers it uses; write \"file: PATH\"");
}

}  // namespace riposte::config
