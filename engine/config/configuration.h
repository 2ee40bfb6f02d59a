/// The configuration file as plain values. docs/operations.md describes every key.
///
/// Paths are relative to the folder of the configuration file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "connectors/agents/fleet_options.h"
#include "connectors/http/server.h"
#include "connectors/kafka/options.h"
#include "engine/access/access.h"
#include "engine/config/rule_cost.h"
#include "engine/lifecycle/policy.h"
#include "rules/event/event_parser.h"
#include "rules/language/diagnostic.h"
#include "rules/language/text_modifiers.h"

namespace riposte {

struct FileInput {
  std::string path;
  bool follow = false;  ///< go on reading as it grows and is rotated
};
struct StdinInput {};
using Input = std::variant<StdinInput, FileInput, KafkaOptions>;

struct DeadLetterFile {
  std::string path;
};
/// On the brokers of the Kafka source.
struct DeadLetterTopic {
  std::string topic;
};
using DeadLetterPlace = std::variant<DeadLetterFile, DeadLetterTopic>;

/// What becomes of rules that were changed while the engine runs when some of them have errors.
enum class ReloadOnError : std::uint8_t {
  refuse_all,   ///< the set in force stays, whole
  refuse_rule,  ///< those without an error are taken
};

struct Configuration {
  std::string data_directory;
  std::vector<std::string> rules;
  std::vector<std::string> responses;  ///< response files, attached to rules
  std::vector<std::string> scripts;
  std::vector<std::string> schemas{"auto"};  ///< names of shipped ones, files, and "auto": all shipped ones
  ReloadOnError reload_on_error = ReloadOnError::refuse_all;
  RuleCostLimit rule_cost;
  Input input;
  DeadLetterPlace dead_letters;
  EventLimits event_limits;
  std::uint64_t free_bytes_min = std::uint64_t{64} << 20;
  std::size_t open_actions_max = 100'000;
  http::HttpOptions http;
  std::set<std::string> host_names;  ///< besides those that the machine gives itself
  std::set<std::string> protected_executables;
  std::map<std::string, ActiveHours> active_hours;
  PlaceholderLists placeholders;  ///< what rules' `expand` puts in
  Policy policy;
  std::vector<User> users;
  std::optional<agents::FleetOptions> agents;  ///< nothing: no other host carries orders out
  int workers = 0;                             ///< 0: one per core but one, at least one
};

struct ReadConfiguration {
  std::optional<Configuration> configuration;  ///< empty when there is an error
  std::vector<Diagnostic> diagnostics;
};

/// Every mistake at once.
ReadConfiguration read_configuration(const std::string& path);

}  // namespace riposte
