#include "engine/config/rule_reload.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

std::string rule_text(const std::string& id, const std::string& value) {
  return "title: " + id + "\nid: " + id + "\ndetection: {s: {f: " + value + "}, condition: s}\n";
}

const char* const kBroken = "title: b\nid: b\ndetection: {s: {f: v}, condition: t}\n";

/// The rules of a folder that looks are taken at, as the thread of RuleWatch does, but without waiting.
class ChangedRules : public testing::Test {
 protected:
  void start(const std::string& more = "") {
    folder_.write("rules/one.yml", rule_text("one", "a"));
    begin(more);
  }

  void begin(const std::string& more, const std::string& paths = "[rules]") {
    const auto file =
        folder_.write("riposte.yaml", "data: d\nrules: " + paths + "\nsource: {stdin: {}}\n" + more);
    loaded_ = load({.config_path = file.string()});
    ASSERT_TRUE(loaded_.rules);
    first_ = loaded_.rules->digest();
    reload_.emplace(RuleReloadParts{*loaded_.configuration, loaded_.actions, clock_, metrics_,
                                    [this](auto rules) { used_.push_back(std::move(rules)); }},
                    LoadedRules{loaded_.rules, {}, loaded_.refused, loaded_.stamps});
  }

  /// As many looks as it takes until a change has settled, and one more.
  void look() {
    for (int i = 0; i < 3; ++i) reload_->look();
  }
  /// In the folder of the rules, and never within the file system's tick of the writing before.
  void put(const std::string& name, const std::string& text) {
    const auto path = "rules/" + name;
    const FileStamps before = stamps_of(std::array{(folder_.path() / path).string()});
    do folder_.write(path, text);
    while (stamps_of(std::array{(folder_.path() / path).string()}) == before);
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  std::string metric(const std::string& name) const {
    const std::string text = "\n" + metrics_.text();
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "none";
    const auto value = at + name.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }
  std::string reloads(const std::string& result) const {
    return metric("riposte_rule_reloads_total{result=\"" + result + "\"}");
  }

  test::Scratch folder_;
  ManualClock clock_{WallTime(1'000s)};
  Metrics metrics_;
  Loaded loaded_;
  std::string first_;
  std::vector<std::shared_ptr<const RuleSet>> used_;
  std::optional<RuleReload> reload_;
};

TEST_F(ChangedRules, AreNotReadWhileNothingChanges) {
  start();
  look();
  EXPECT_TRUE(used_.empty());
  EXPECT_EQ(metric("riposte_rules_loaded"), "1");
  EXPECT_EQ(metric("riposte_rules_refused"), "0");
  EXPECT_EQ(metric("riposte_rule_set_info{digest=\"" + first_ + "\"}"), "1");
  EXPECT_EQ(metric("riposte_rule_reload_timestamp_seconds"), "1000");
  EXPECT_EQ(reloads("ok") + reloads("refused") + reloads("unchanged"), "000");
}

TEST_F(ChangedRules, AreTakenOnceTheyRestFromOneLookToTheNext) {
  start();
  put("one.yml", rule_text("one", "b"));
  clock_.advance(60s);
  reload_->look();
  EXPECT_TRUE(used_.empty()) << "it may still be written";
  put("two.yml", rule_text("two", "b"));
  reload_->look();
  EXPECT_TRUE(used_.empty()) << "something else was";
  reload_->look();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_EQ(used_.front()->size(), 2U);
  EXPECT_EQ(&reload_->in_force(), used_.front().get());
  EXPECT_NE(used_.front()->digest(), first_);
  EXPECT_EQ(metric("riposte_rules_loaded"), "2");
  EXPECT_EQ(metric("riposte_rule_set_info{digest=\"" + used_.front()->digest() + "\"}"), "1");
  EXPECT_EQ(metric("riposte_rule_set_info{digest=\"" + first_ + "\"}"), "none");
  EXPECT_EQ(metric("riposte_rule_reload_timestamp_seconds"), "1060");
  EXPECT_EQ(reloads("ok"), "1");
  look();
  EXPECT_EQ(used_.size(), 1U) << "once is enough";
}

TEST_F(ChangedRules, AreSeenWhenAFileIsRenamedOverAnotherOrRemoved) {
  start();
  put("two.yml", rule_text("two", "a"));
  look();
  put(".two.new", rule_text("zwei", "a"));
  fs::rename(path("rules/.two.new"), path("rules/two.yml"));
  look();
  ASSERT_EQ(used_.size(), 2U);
  EXPECT_EQ(used_.back()->rule(RuleIndex(1)).id, RuleId("zwei"));
  fs::remove(path("rules/two.yml"));
  look();
  ASSERT_EQ(used_.size(), 3U);
  EXPECT_EQ(used_.back()->digest(), first_);
}

TEST_F(ChangedRules, AreSeenWhenAVolumeOfFilesIsSwappedBehindItsLinks) {
  folder_.write("rules/..2026_03_10/one.yml", rule_text("one", "a"));
  folder_.write("rules/..2026_03_11/one.yml", rule_text("one", "b"));
  fs::create_symlink("..2026_03_10", path("rules/..data"));
  fs::create_symlink("..data/one.yml", path("rules/one.yml"));
  begin("");
  ASSERT_EQ(reload_->in_force().size(), 1U);
  fs::create_symlink("..2026_03_11", path("rules/..data_tmp"));
  fs::rename(path("rules/..data_tmp"), path("rules/..data"));
  look();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_EQ(used_.back()->size(), 1U);
}

TEST_F(ChangedRules, WithTheSameContentChangeNothing) {
  start();
  put("one.yml", rule_text("one", "a"));
  look();
  EXPECT_TRUE(used_.empty());
  EXPECT_EQ(reloads("unchanged"), "1");
}

TEST_F(ChangedRules, OfWhichOneIsBrokenLeaveAllOfTheOldInForceUntilItIsMended) {
  start();
  put("two.yml", kBroken);
  put("one.yml", rule_text("one", "b"));
  clock_.advance(60s);
  testing::internal::CaptureStderr();
  look();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(used_.empty());
  EXPECT_EQ(reload_->in_force().digest(), first_);
  EXPECT_EQ(metric("riposte_rules_loaded"), "1");
  EXPECT_EQ(metric("riposte_rules_refused"), "1");
  EXPECT_EQ(metric("riposte_rule_reload_timestamp_seconds"), "1000")
      << "what is in force is not what is written";
  EXPECT_EQ(reloads("refused"), "1") << "the same mistake is told once";
  EXPECT_THAT(log, HasSubstr("rules/two.yml:3:"));
  EXPECT_THAT(log, HasSubstr("the changed rules are refused; those in force stay"));
  put("two.yml", rule_text("two", "a"));
  look();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_EQ(used_.front()->size(), 2U);
  EXPECT_EQ(metric("riposte_rules_refused"), "0");
}

TEST_F(ChangedRules, WithoutAnErrorAreTakenBesideABrokenOneWhereTheConfigurationSaysSo) {
  start("reload: {on_error: refuse_rule}\n");
  put("two.yml", kBroken);
  put("one.yml", rule_text("one", "b"));
  look();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_EQ(used_.front()->size(), 1U);
  EXPECT_EQ(metric("riposte_rules_refused"), "1");
  EXPECT_EQ(reloads("ok"), "1");
}

TEST_F(ChangedRules, ThatAreAllGoneAreRefusedEvenThen) {
  start("reload: {on_error: refuse_rule}\n");
  fs::rename(path("rules/one.yml"), path("one.yml"));
  look();
  EXPECT_EQ(reloads("refused"), "1") << "an empty folder has no error of its own";
  EXPECT_EQ(metric("riposte_rules_refused"), "1");
  fs::remove_all(path("rules"));
  look();
  EXPECT_EQ(reloads("refused"), "2");
  EXPECT_TRUE(used_.empty());
  fs::create_directory(path("rules"));
  fs::rename(path("one.yml"), path("rules/one.yml"));
  look();
  EXPECT_EQ(reloads("unchanged"), "1");
  EXPECT_EQ(metric("riposte_rules_refused"), "0");
}

TEST_F(ChangedRules, BesideAPathThatIsGoneAreRefusedEvenThen) {
  folder_.write("more/two.yml", rule_text("two", "a"));
  folder_.write("rules/one.yml", rule_text("one", "a"));
  begin("reload: {on_error: refuse_rule}\n", "[rules, more]");
  ASSERT_EQ(reload_->in_force().size(), 2U);
  fs::remove_all(path("more"));
  look();
  EXPECT_EQ(reload_->in_force().size(), 2U);
  EXPECT_EQ(reloads("refused"), "1");
}

TEST_F(ChangedRules, AreReadAtOnceWhenSomebodyAsks) {
  start();
  reload_->reload();
  EXPECT_EQ(reloads("unchanged"), "1");
  put("one.yml", rule_text("one", "b"));
  reload_->reload();
  EXPECT_EQ(used_.size(), 1U);
  look();
  EXPECT_EQ(reloads("ok") + reloads("unchanged"), "11") << "read twice";
}

TEST_F(ChangedRules, ThatChangeWhileTheyAreReadAreReadAgainWhenTheyRest) {
  start();
  std::jthread writer([this](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i)
      fs::rename(folder_.write(".new", rule_text("one", std::to_string(i))), path("rules/one.yml"));
  });
  const auto counted = [this] { return reloads("ok") + " " + reloads("unchanged"); };
  constexpr int kAttemptsMax = 1'000;
  bool given_up = false;
  for (int i = 0; i < kAttemptsMax && !given_up; ++i) {
    const std::string before = counted();
    reload_->reload();
    given_up = counted() == before;
  }
  EXPECT_TRUE(given_up) << "what may be half old and half new was taken";
  writer.request_stop();
  writer.join();
  look();
  const auto written = load({.config_path = (folder_.path() / "riposte.yaml").string()});
  EXPECT_EQ(reload_->in_force().digest(), written.rules->digest());
}

TEST_F(ChangedRules, AreSeenAtTheFirstLookWhenTheyChangedWhileTheEngineStarted) {
  start();
  put("one.yml", rule_text("one", "b"));
  reload_.emplace(RuleReloadParts{*loaded_.configuration, loaded_.actions, clock_, metrics_,
                                  [this](auto rules) { used_.push_back(std::move(rules)); }},
                  LoadedRules{loaded_.rules, {}, 0, loaded_.stamps});
  look();
  EXPECT_EQ(used_.size(), 1U);
}

TEST_F(ChangedRules, KeepTheSetBeforeUntilTheNextLookSoThatNoWorkerIsTheLastToHoldIt) {
  start();
  const std::weak_ptr<const RuleSet> before = std::exchange(loaded_.rules, nullptr);
  put("one.yml", rule_text("one", "b"));
  reload_->reload();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_FALSE(before.expired());
  reload_->look();
  EXPECT_TRUE(before.expired());
}

TEST_F(ChangedRules, IncludeASchemaThatIsAFile) {
  const std::string schema = "name: mine\nfields:\n  f: [";
  folder_.write("rules/one.yml", rule_text("one", "a"));
  folder_.write("schemas/mine.yaml", schema + "x]\n");
  begin("schema: schemas/mine.yaml\n");
  folder_.write("schemas/mine.yaml", schema + "other]\n");
  look();
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_NE(used_.back()->digest(), first_);
  folder_.write("schemas/mine.yaml", "nonsense\n");
  look();
  EXPECT_EQ(used_.size(), 1U);
  EXPECT_EQ(reloads("refused"), "1");
}

TEST_F(ChangedRules, ThatAreBrokenByTheHundredFillNoLog) {
  start();
  constexpr int kBrokenRules = 100;
  for (int i = 0; i < kBrokenRules; ++i) folder_.write("rules/b" + std::to_string(i) + ".yml", kBroken);
  testing::internal::CaptureStderr();
  look();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(log, '\n'), static_cast<std::ptrdiff_t>(RuleReload::kErrorsLogged) + 1);
  EXPECT_THAT(log, HasSubstr("\"errors\":100"));
}

}  // namespace
}  // namespace riposte
