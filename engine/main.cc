// The composition root: builds every object on the stack of run(), in the order in which they lean on each
// other.

#include <iostream>
#include <thread>

#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include "connectors/agents/fleet.h"
#include "connectors/exec/process_executor.h"
#include "connectors/exec/script_executor.h"
#include "connectors/file/dead_letters.h"
#include "connectors/file/source.h"
#include "connectors/file/stdin.h"
#include "connectors/kafka/dead_letters.h"
#include "connectors/kafka/history.h"
#include "connectors/kafka/source.h"
#include "connectors/verify/process_verifier.h"
#include "connectors/verify/script_verifier.h"
#include "engine/authoring/commands.h"
#include "engine/authoring/replay_command.h"
#include "engine/base/log.h"
#include "engine/base/signals.h"
#include "engine/cli/command_line.h"
#include "engine/cli/exit_code.h"
#include "engine/config/host_names.h"
#include "engine/config/loading.h"
#include "engine/config/rule_watch.h"
#include "engine/pipeline/engine.h"
#include "engine/store/action_store.h"

namespace riposte {
namespace {

template <class Made>
Result<std::unique_ptr<Source>> as_source(Result<Made> made) {
  if (!made) return std::unexpected(std::move(made).error());
  return *std::move(made);
}

Result<std::unique_ptr<Source>> open_source(const Configuration& configuration, PositionLookup lookup,
                                            Clock& clock) {
  const std::size_t bytes_max = configuration.event_limits.bytes_max;
  if (const auto* kafka = std::get_if<KafkaOptions>(&configuration.input))
    return as_source(KafkaSource::open(*kafka, std::move(lookup)));
  if (const auto* file = std::get_if<FileInput>(&configuration.input))
    return as_source(FileSource::open({file->path, file->follow, bytes_max}, std::move(lookup)));
  const std::string nonce =
      std::to_string(clock.now().time_since_epoch().count()) + "-" + std::to_string(getpid());
  return std::make_unique<StdinSource>(STDIN_FILENO, nonce, bytes_max);
}

Result<std::unique_ptr<DeadLetterSink>> open_dead_letters(const Configuration& configuration) {
  if (const auto* topic = std::get_if<DeadLetterTopic>(&configuration.dead_letters)) {
    const auto& kafka = std::get<KafkaOptions>(configuration.input);
    return TRY(KafkaDeadLetters::open({kafka.brokers, topic->topic, kafka.properties}));
  }
  return TRY(FileDeadLetters::open(std::get<DeadLetterFile>(configuration.dead_letters).path));
}

/// Waits for a signal to end (nothing) or for the engine to fail (why).
std::optional<Error> wait_for_the_end(Engine& engine, RuleWatch& rules, Signals& signals) {
  for (;;) {
    if (auto failure = engine.failure(std::chrono::milliseconds(200))) return failure;
    const auto wish = signals.take();
    if (wish == Signals::Wish::end) return {};
    if (wish == Signals::Wish::reload) rules.reload();
  }
}

Result<void> serve(const Configuration& configuration, Loaded& loaded, Signals& signals) {
  SystemClock clock;
  Metrics metrics;
  const auto store = TRY(ActionStore::open(configuration.data_directory));
  const auto source =
      TRY(open_source(configuration, [&](const StreamId& stream) { return store->position(stream); }, clock));
  const auto dead_letters = TRY(open_dead_letters(configuration));
  auto journal = TRY(ScriptJournal::open(configuration.data_directory + "/scripts", clock.now()));

  ProcessExecutor process_executor{
      ProcessGuards(own_host_names(configuration), configuration.protected_executables)};
  ScriptExecutor script_executor(loaded.scripts, journal);
  ProcessVerifier process_verifier;
  ScriptVerifier script_verifier(loaded.scripts, journal);
  const HandsByType hands{{ActionType::kill_process, {&process_executor, &process_verifier}},
                          {ActionType::suspend_process, {&process_executor, &process_verifier}},
                          {ActionType::resume_process, {&process_executor, &process_verifier}},
                          {ActionType::run_script, {&script_executor, &script_verifier}}};
  const auto fleet = TRY(agents::AgentFleet::open(
      configuration.agents,
      {configuration.data_directory, own_host_names(configuration), store->epoch(), *store, clock, metrics}));
  const Policy policy = policy_on_this_host(configuration);
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int workers = configuration.workers > 0 ? configuration.workers : std::max(1, cores - 1);
  const auto engine = TRY(Engine::start({workers,
                                         configuration.event_limits,
                                         {configuration.free_bytes_min, configuration.open_actions_max},
                                         own_host_name()},
                                        {clock, *store, *source, *dead_letters, hands, loaded.actions, policy,
                                         loaded.rules, metrics, agents::hands_of(fleet.get())}));
  RuleWatch rules(
      {configuration, loaded.actions, clock, metrics, [&](auto set) { engine->use(std::move(set)); }},
      {loaded.rules, {}, loaded.refused, std::move(loaded.stamps)});
  const UserDirectory users(configuration.users);
  const auto server =
      TRY(http::HttpServer::start(configuration.http, users, engine->control(), metrics, fleet.get()));
  log::info("running", {{"version", std::string(RIPOSTE_VERSION)},
                        {"rules", static_cast<std::int64_t>(loaded.rules->size())},
                        {"digest", loaded.rules->digest()},
                        {"port", static_cast<std::int64_t>(server->port())}});
  loaded.rules.reset();  // the watch holds them for as long as they are in force
  const auto failure = wait_for_the_end(*engine, rules, signals);
  server->stop();
  if (failure) return std::unexpected(*failure);
  log::info("ending");
  return {};
}

int run(const cli::RunOptions& options) {
  Signals signals;
  constexpr rlimit kNoCore{0, 0};  // a core file would hold tokens and event data
  setrlimit(RLIMIT_CORE, &kNoCore);

  Loaded loaded = load({.config_path = options.config_path});
  for (const Diagnostic& diagnostic : loaded.diagnostics) std::cerr << diagnostic.text() << '\n';
  if (!loaded.configuration || !loaded.rules) return cli::kExitRefused;
  const auto ended = serve(*loaded.configuration, loaded, signals);
  if (ended) return cli::kExitOk;
  std::cerr << "riposte: " << ended.error().text() << '\n';
  return ended.error().code == Errc::corrupt ? cli::kExitRestart : cli::exit_code_of(ended.error().code);
}

}  // namespace
}  // namespace riposte

int main(int argc, char** argv) {
  if (sodium_init() < 0) return riposte::cli::kExitRefused;
  namespace authoring = riposte::authoring;
  return riposte::cli::run_command_line(
      argc, argv,
      {riposte::run, authoring::check, authoring::schema_detect, authoring::match, authoring::explain,
       authoring::test, authoring::list_rules, authoring::rules_schema,
       [](const riposte::cli::ReplayOptions& options) {
         return authoring::replay(options, riposte::KafkaHistory::open);
       },
       authoring::bench});
}
