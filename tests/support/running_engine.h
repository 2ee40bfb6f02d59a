/// A fixture: the whole engine with its threads, and the world around it in memory.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/pipeline/engine.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "tests/support/fake_source.h"
#include "tests/support/memory_records.h"

namespace riposte::test {

/// Does everything that it is asked and counts it; hangs on request.
class CountingHands final : public Executor, public Verifier {
 public:
  Outcome execute(const Action&, std::stop_token stop) override {
    ++executed;
    while (hang && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {Outcome::Kind::ok, "done", {}};
  }
  Probe probe(const Action&) override { return {}; }
  Result<Preview> preview(const ActionRequest&) override { return Preview{"nothing", {}, "", {}}; }
  Proof check(const Action&, std::stop_token) override { return {Proof::Kind::proven, "looked"}; }

  std::atomic<int> executed{0};
  std::atomic<bool> hang{false};
};

class CountingSink final : public DeadLetterSink {
 public:
  Result<void> deliver(std::span<const DeadLetter> letters) override {
    delivered += static_cast<int>(letters.size());
    return {};
  }
  std::atomic<int> delivered{0};
};

class RunningEngine : public testing::Test {
 protected:
  RunningEngine() {
    actions_.executable = {ActionType::kill_process};
    source_.assign(stream_);
  }

  void start(std::shared_ptr<const RuleSet> rules) {
    engine_ = *Engine::start({.workers = 2,
                              .limits = {},
                              .intake = {.free_bytes_min = 1, .open_actions_max = open_actions_max_},
                              .own_host = "h"},
                             {clock_,
                              records_,
                              source_,
                              sink_,
                              {{ActionType::kill_process, {&hands_, &hands_}},
                               {ActionType::suspend_process, {&hands_, &hands_}},
                               {ActionType::resume_process, {&hands_, &hands_}}},
                              actions_,
                              policy_,
                              std::move(rules),
                              metrics_,
                              remote_});
  }

  /// Kills what has the process name.
  Rule killing_rule(const std::string& id, const std::string& process = "xmrig",
                    const std::string& author = "Ruth") const {
    Diagnostics diagnostics("rule.yml");
    const std::map<std::string, ActiveHours> no_hours;
    const std::string text = fmt::format(
        "title: {0}\nid: {0}\nauthor: {1}\nlevel: high\n"
        "detection: {{s: {{process.name: {2}}}, condition: s}}\nresponse: [{{action: kill_process}}]\n",
        id, author, process);
    return *read_rule(text, diagnostics, {actions_, no_hours});
  }
  static std::shared_ptr<const RuleSet> compiled(std::vector<Rule> rules) {
    return RuleSet::compile(std::move(rules), {*shipped_schema("elastic_security_alert")}).rules;
  }

  static std::string detection_of(const std::string& uid, int pid, const std::string& process = "xmrig") {
    return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"process":{"name":")" + process +
           R"(","pid":)" + std::to_string(pid) + R"(},"kibana.alert.uuid":")" + uid + R"("})";
  }

  /// Waits until it holds, for at most twenty seconds.
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 20'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  std::vector<Action> actions() { return *records_.list({.limit = 100'000}); }

  std::size_t open_actions_max_ = 100'000;
  const StreamId stream_{"fake"};
  SystemClock clock_;
  Metrics metrics_;
  MemoryRecords records_;
  FakeStreams streams_;
  FakeSource source_{streams_, [this](const StreamId& stream) { return records_.position(stream); }};
  CountingSink sink_;
  CountingHands hands_;
  ActionCatalogue actions_;
  Policy policy_;
  RemoteHands* remote_ = nullptr;
  std::unique_ptr<Engine> engine_;
};

}  // namespace riposte::test
