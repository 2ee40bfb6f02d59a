#include "engine/authoring/replay_command.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "engine/authoring/command_steps.h"
#include "engine/authoring/replay_files.h"
#include "engine/authoring/replay_range.h"
#include "engine/authoring/replay_report.h"
#include "engine/cli/exit_code.h"

namespace riposte::authoring {
namespace {

Result<std::unique_ptr<History>> open_topic_of(const Loaded& loaded, const HistoryRange& range,
                                               const OpenTopic& open_topic) {
  const auto* kafka =
      loaded.configuration ? std::get_if<KafkaOptions>(&loaded.configuration->input) : nullptr;
  if (kafka == nullptr)
    return fail(
        Errc::invalid,
        "--from-kafka reads from the brokers of the configuration's Kafka source; name a --config with "
        "\"source: {kafka: {brokers, topics, group}}\"");
  return open_topic(*kafka, range);
}

ReplayRules rules_of(const Loaded& loaded, const Policy& policy) {
  return {*loaded.rules, policy, loaded.actions};
}

int replay_history(History& history, const ReplayRequest& request, bool json) {
  Progress progress(history.total(), std::cerr, somebody_watches());
  const auto findings = riposte::replay(history, request, std::cerr, progress);
  if (!findings) return failed(findings.error());
  (json ? print_replay_json : print_replay)(*findings, request, std::cout);
  if (findings->unusable_total() == 0) return cli::kExitOk;
  std::cerr << fmt::format("riposte: {} of {} events are unusable\n", findings->unusable_total(),
                           findings->read);
  return cli::kExitRefused;
}

/// Nothing of what was named can be used: to go on would say that nothing would have been done.
bool is_void(const Loaded& loaded) {
  return !loaded.rules || (loaded.rules->size() == 0 && loaded.refused > 0);
}

/// The other rules, with everything else as the configuration has it.
Loaded load_against(const cli::ReplayOptions& options) {
  cli::RuleOptions other = options.rules;
  other.rules = options.against;
  return load_rules(other);
}

}  // namespace

int replay(const cli::ReplayOptions& options, const OpenTopic& open_topic) {
  const auto range = parse_history_range(options.topic, options.from, options.to);
  if (!range) {
    failed(range.error());
    return cli::kExitUsage;
  }
  const Loaded loaded = load_rules(options.rules);
  if (is_void(loaded)) return cli::kExitRefused;
  const Loaded other = options.against.empty() ? Loaded() : load_against(options);
  if (!options.against.empty() && is_void(other)) return cli::kExitRefused;

  const auto history =
      options.topic.empty() ? FileHistory::open(options.events) : open_topic_of(loaded, *range, open_topic);
  if (!history) return failed(history.error());
  const Policy policy = loaded.configuration ? loaded.configuration->policy : Policy();
  const EventLimits limits = loaded.configuration ? loaded.configuration->event_limits : EventLimits();
  ReplayRequest request{rules_of(loaded, policy), {}, limits, SystemClock().now()};
  if (other.rules) request.against.emplace(rules_of(other, policy));
  const int code = replay_history(**history, request, options.json);
  return loaded.refused + other.refused > 0 ? std::max(code, cli::kExitRefused) : code;
}

}  // namespace riposte::authoring
