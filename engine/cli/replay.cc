#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kReplayFooter = R"(Examples:
  riposte replay --config riposte.yaml alerts.ndjson                 what the rules would have done
  zcat old/*.gz | riposte replay --config riposte.yaml -             from a pipe
  riposte replay --config riposte.yaml --against new-rules/ alerts.ndjson
  riposte replay --config riposte.yaml --from-kafka detections --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z
  riposte replay --config riposte.yaml --from-kafka detections --from 120000 --json

Runs the rules, the policy, the cooldowns and the duplicates of the engine over events of the past and counts what comes
out. Nothing is carried out, stored or committed, and the group of the configuration is left alone.

Every event is judged at its own time, active hours and cooldowns, too. One without a time is judged when Kafka received
it, in a file at the time of the event before it, or now when there is none before it. Events that are out of order are
put in order; what comes too late for the last 50,000 orders is judged at the time reached by then. All three are counted.

--against runs other rules in the same pass, with the same configuration: 'before' are the rules of --config or --rules,
'after' those of --against. Actions are the same when rule, type, host and target are.
--from and --to are an offset of every partition, or a moment of the timestamps that Kafka keeps; --to is not included.
Without --to reading ends at what the topic held when it began.

Exit code 1 when an event is unusable (told on stderr as FILE:LINE: error: ..., or TOPIC/PARTITION:OFFSET) or a rule is
refused; 2 wrong usage, 3 no broker answers, 5 no such file or topic.)";

void check(const ReplayOptions& options) {
  if (options.events.empty() == options.topic.empty())
    throw CLI::ValidationError("replay", "name EVENTS or --from-kafka, one of the two");
  if (options.topic.empty() && !(options.from.empty() && options.to.empty()))
    throw CLI::ValidationError("replay", "--from and --to need --from-kafka: they choose a part of a topic");
}

}  // namespace

void add_replay(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      root.add_subcommand("replay", "Show what the rules would have done on events of the past");
  command->footer(kReplayFooter);
  add_rule_options(*command, options->rules);
  add_events(*command, options->events);
  command
      ->add_option("--against", options->against,
                   "Other rule files or folders, to compare with; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--from-kafka", options->topic,
                      "Read this topic from the brokers of the configuration's source");
  command->add_option("--from", options->from, "First offset or moment (default: the oldest)");
  command->add_option("--to", options->to, "Offset or moment to stop before (default: the newest)");
  command->add_flag("--json", options->json, "Print one object, with every row");
  command->callback([&chosen, &engine, options] {
    check(*options);
    chosen = [&engine, options] { return engine.replay(*options); };
  });
}

}  // namespace riposte::cli
