#include "engine/config/rule_watch.h"

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;

class WatchedRules : public testing::Test {
 protected:
  WatchedRules() {
    write("a");
    loaded_ =
        load({.config_path =
                  folder_.write("riposte.yaml", "data: d\nrules: [rules]\nsource: {stdin: {}}\n").string()});
  }

  void write(const std::string& value) const {
    folder_.write("rules/one.yml", "title: one\nid: one\ndetection: {s: {f: " + value + "}, condition: s}\n");
  }

  RuleReloadParts parts() {
    return {*loaded_.configuration, loaded_.actions, clock_, metrics_, [this](auto rules) {
              const std::scoped_lock lock(mutex_);
              used_.push_back(std::move(rules));
              came_.notify_one();
            }};
  }
  LoadedRules first() const { return {loaded_.rules, {}, loaded_.refused, loaded_.stamps}; }

  bool wait_for_sets(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, 20s, [&] { return used_.size() == count; });
  }

  test::Scratch folder_;
  SystemClock clock_;
  Metrics metrics_;
  Loaded loaded_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::shared_ptr<const RuleSet>> used_;
};

TEST_F(WatchedRules, AreTakenByThemselvesAndAtOnceWhenAsked) {
  RuleWatch watch(parts(), first());
  write("b");
  ASSERT_TRUE(wait_for_sets(1));
  write("c");
  watch.reload();
  ASSERT_TRUE(wait_for_sets(2));
}

TEST_F(WatchedRules, DoNotKeepTheEngineFromEnding) {
  const Deadline deadline = Deadline::after(RuleWatch::kLookInterval / 2);
  {
    const RuleWatch watch(parts(), first());
  }
  EXPECT_GT(deadline.left(), 0s);
}

}  // namespace
}  // namespace riposte
