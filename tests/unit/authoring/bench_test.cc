#include "engine/authoring/bench.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/bench_dearest.h"
#include "engine/config/loading.h"
#include "rules/event/parse_floor.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kBenchedRules = R"(title: Cryptominer
id: miner
detection:
  s: {process.name: [minerd, xmrig]}
  condition: s
---
title: Seven
id: seven
logsource: {product: linux}
detection:
  s: {process.pid: 7}
  condition: s
)";

constexpr std::chrono::duration<double> kAtOnce{0};

class Bench : public testing::Test {
 protected:
  void SetUp() override { scratch_.write("rules/two.yml", kBenchedRules); }

  Loaded loaded(bool ignore_logsource = false) {
    return load({"", {scratch_.path().string() + "/rules"}, {"elastic_security_alert"}, ignore_logsource});
  }
  Result<BenchInput> read(const RuleSet& rules, const std::string& events) {
    const std::vector<std::string> sources{scratch_.write("events.ndjson", events).string()};
    return read_bench_events(rules, sources, complaints_, progress_);
  }
  nlohmann::json benched(const std::string& events, bool ignore_logsource = false) {
    const auto rules = loaded(ignore_logsource).rules;
    const auto input = read(*rules, events);
    EXPECT_TRUE(input.has_value());
    const auto times = measure(*rules, *input, kAtOnce, progress_);
    EXPECT_TRUE(times.has_value());
    std::ostringstream json;
    print_bench_json({*rules, *input, *times, {}}, json);
    print_bench({*rules, *input, *times, {}}, out_);
    return nlohmann::json::parse(json.str());
  }

  test::Scratch scratch_;
  std::ostringstream out_;
  std::ostringstream complaints_;
  Progress progress_{0, complaints_, false};
};

constexpr const char* kThreeEvents = R"({"process":{"name":"xmrig","pid":7},"host":{"os":{"type":"windows"}}}
{"process":{"name":"init"}}
{"process":{"name":"minerd"}}
)";

TEST_F(Bench, CountsEventsMatchesAndBytesBeforeItMeasures) {
  const auto figures = benched(kThreeEvents);
  EXPECT_EQ(figures["rules"], 2);
  EXPECT_EQ(figures["events"], 3);
  EXPECT_EQ(figures["matches"], 2);
  EXPECT_EQ(figures["matched_events"], 2);
  EXPECT_EQ(figures["unreadable"], 0);
  EXPECT_DOUBLE_EQ(figures["bytes_per_event"], static_cast<double>(std::string(kThreeEvents).size() - 3) / 3);
}

TEST_F(Bench, LooksPastTheLogSourceWhereItIsToldTo) {
  EXPECT_EQ(benched(kThreeEvents)["matches"], 2);
  EXPECT_EQ(benched(kThreeEvents, true)["matches"], 3);
}

TEST_F(Bench, MeasuresTheFloorAndTheWholeWayInSeveralRounds) {
  const auto figures = benched(kThreeEvents);
  EXPECT_GE(figures["rounds"], 3);
  for (const char* measured : {"events_per_second", "floor_events_per_second", "ratio_to_floor", "p50_us",
                               "p99_us", "max_us", "p99_ratio_to_floor"})
    EXPECT_GT(figures[measured].get<double>(), 0) << measured;
  EXPECT_GE(figures["spread"].get<double>(), 0);
  EXPECT_LE(figures["p50_us"], figures["p99_us"]);
  EXPECT_LE(figures["p99_us"], figures["max_us"]);
}

TEST_F(Bench, SaysTheSameInWords) {
  benched(kThreeEvents);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("events          3, "), HasSubstr("matches         2 in 2 events\n"),
                    HasSubstr("ratio to floor  "), HasSubstr(" P (")));
}

TEST_F(Bench, ShowsTheDearestRulesByTheEventsInWhichTheyHadToBeLookedAt) {
  const auto dearest = benched(kThreeEvents)["dearest_rules"];
  ASSERT_EQ(dearest.size(), 1U) << "the event of rule 'seven' comes from another log source";
  EXPECT_EQ(dearest[0]["id"], "miner");
  EXPECT_EQ(dearest[0]["title"], "Cryptominer");
  EXPECT_EQ(dearest[0]["file"], (scratch_.path() / "rules/two.yml").string());
  EXPECT_EQ(dearest[0]["line"], 2);
  EXPECT_EQ(dearest[0]["looks"], 2) << "one pass, and no event that has another name";
  EXPECT_DOUBLE_EQ(dearest[0]["share"].get<double>(), 1);
  EXPECT_GT(dearest[0]["ns_per_look"].get<double>(), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\nDEAREST RULES"), HasSubstr("\nminer  "), HasSubstr("100.0 %"),
                                HasSubstr("rules/two.yml:2  Cryptom")))
      << "a title is cut where a long path leaves it no room";
}

TEST_F(Bench, SaysThatNoRuleHadToBeLookedAt) {
  EXPECT_EQ(benched("{\"a\":1}\n")["dearest_rules"], nlohmann::json::array());
  EXPECT_THAT(out_.str(), HasSubstr("no event has what a rule would have to be looked at for\n"));
}

TEST_F(Bench, TellsWhichLinesAreNoEventsAndMeasuresTheOthers) {
  const auto rules = loaded().rules;
  const auto input = read(*rules, "{broken\n\n[1]\n{\"process\":{\"name\":\"xmrig\"}}\n");
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->events.size(), 1U);
  EXPECT_EQ(input->counts.unreadable, 2U);
  const std::string file = (scratch_.path() / "events.ndjson").string();
  EXPECT_THAT(complaints_.str(), AllOf(HasSubstr(file + ":1: error: "), HasSubstr(file + ":3: error: ")));
}

TEST_F(Bench, RefusesToMeasureNothing) {
  const auto rules = loaded().rules;
  const auto input = read(*rules, "\n[1]\n");
  ASSERT_FALSE(input.has_value());
  EXPECT_EQ(input.error().code, Errc::invalid);
  EXPECT_THAT(input.error().text(), HasSubstr("nothing to measure"));
}

TEST_F(Bench, SaysWhichFileItCannotRead) {
  const std::vector<std::string> sources{"/nowhere/events.ndjson"};
  const auto rules = loaded().rules;
  const auto input = read_bench_events(*rules, sources, complaints_, progress_);
  ASSERT_FALSE(input.has_value());
  EXPECT_EQ(input.error().code, Errc::not_found);
  EXPECT_THAT(input.error().text(), HasSubstr("/nowhere/events.ndjson"));
}

TEST_F(Bench, NoticesThatOtherRulesMatchThanTheFirstTime) {
  const auto rules = loaded().rules;
  auto input = read(*rules, kThreeEvents);
  ASSERT_TRUE(input.has_value());
  ++input->matches;
  const auto times = measure(*rules, *input, kAtOnce, progress_);
  ASSERT_FALSE(times.has_value());
  EXPECT_EQ(times.error().code, Errc::corrupt);
}

TEST_F(Bench, CompilesTheSameRulesAgainToMeasureIt) {
  Loaded first = loaded();
  const std::string digest = first.rules->digest();
  std::vector<Diagnostic> diagnostics;
  const std::vector<std::string> schema{"elastic_security_alert"};
  const auto again = compile_measured(std::move(first.rules), *load_schemas(schema, diagnostics), {});
  EXPECT_EQ(again.rules->digest(), digest);
  EXPECT_GT(again.cost.time.count(), 0);
}

TEST(BenchTimes, TakeTheMedianOfTheRoundsAndTheRatioOfEachRound) {
  const BenchTimes times{{{1, 8}, {2, 6}, {4, 20}}, {}};
  EXPECT_DOUBLE_EQ(times.floor_seconds(), 2);
  EXPECT_DOUBLE_EQ(times.match_seconds(), 8);
  EXPECT_THAT(times.ratios(), ElementsAre(3, 5, 8));
}

TEST(BenchTimes, ReadPercentilesByTheNearestRank) {
  const std::vector<double> ascending{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(percentile(ascending, 0), 1);
  EXPECT_DOUBLE_EQ(percentile(ascending, 0.5), 2);
  EXPECT_DOUBLE_EQ(percentile(ascending, 0.51), 3);
  EXPECT_DOUBLE_EQ(percentile(ascending, 1), 4);
}

TEST(DearestRules, AreThoseThatTookMostTimeWhateverEachLookTook) {
  const std::vector<RuleCost> costs{{1, 100}, {0, 0}, {50, 300}, {2, 600}};
  const auto dearest = dearest_of(costs, 2);
  ASSERT_EQ(dearest.size(), 2U);
  EXPECT_EQ(dearest[0].rule, RuleIndex(3));
  EXPECT_DOUBLE_EQ(dearest[0].share, 0.6);
  EXPECT_DOUBLE_EQ(dearest[0].nanoseconds_per_look(), 300);
  EXPECT_EQ(dearest[1].rule, RuleIndex(2));
  EXPECT_DOUBLE_EQ(dearest[1].share, 0.3) << "of all rules, those that are not shown as well";
  EXPECT_EQ(dearest_of(costs, 9).size(), 3U) << "a rule that was never looked at has no cost";
}

TEST(EventsOfABench, KeepEachWithThePaddingThatTheParserReads) {
  PaddedEvents events;
  events.add("{}");
  events.add(R"({"a":1})");
  EXPECT_EQ(events[0], "{}");
  EXPECT_EQ(events[1], R"({"a":1})");
  EXPECT_EQ(events.bytes(), 9U);
  EXPECT_GE(events[1].data() - events[0].data(), static_cast<std::ptrdiff_t>(2 + ParseFloor::kPadding));
}

}  // namespace
}  // namespace riposte
