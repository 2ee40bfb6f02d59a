#include "tests/crash/campaign.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/crash/remains.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int32_t kPartitions = 4;
const std::string kTopic = "detections";
const std::string kDeadLetterTopic = "dead-letters";
const std::string kGroup = "crash-test";

constexpr milliseconds kStep{20};
constexpr milliseconds kRandomKillMax{2500};
/// A named point is passed within a second or two; on a busy machine it may take longer.
constexpr seconds kReachLimit{45};
constexpr seconds kDrainLimit{90};
constexpr seconds kEndLimit{30};
constexpr milliseconds kShutdownAfter{1500};
/// Milliseconds; long enough for a script to run.
constexpr int kPauseMax = 300;
constexpr int kRecordsPerLifeMax = 150;
constexpr std::size_t kProcessesMax = 16;
constexpr std::size_t kFindingsShown = 20;
/// The orderly end is a point only for a process that is asked to end.
const std::string kShutdownPoint = "shutdown.mid_drain";
const std::string kDecisionPoint = "decision.after_log";

/// The rarer a point is passed, the fewer times it is waited for.
int hits_max(const std::string& point) {
  static const std::map<std::string, int> kHits{
      {"match.done", 60},         {"batch.built", 40},
      {"consume.after_poll", 15}, {"rebalance.in_assign", kPartitions},
      {"dlq.after_produce", 2},   {kDecisionPoint, 2},
      {kShutdownPoint, 1},        {"verify.timer_fired", 6},
      {"verify.after_probe", 6},  {"exec.after_effect", 8}};
  const auto found = kHits.find(point);
  return found == kHits.end() ? 12 : found->second;
}

std::string own_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string tail_of(const std::string& log) {
  constexpr std::size_t kTail = 3000;
  return log.size() > kTail ? log.substr(log.size() - kTail) : log;
}

std::string joined(const std::vector<std::string>& findings) {
  std::string text;
  for (std::size_t i = 0; i < findings.size() && i < kFindingsShown; ++i) text += "\n  " + findings[i];
  if (findings.size() > kFindingsShown)
    text += fmt::format("\n  and {} more", findings.size() - kFindingsShown);
  return text;
}

}  // namespace

std::vector<std::string> crash_points_in_the_code() {
  const std::regex call(R"re(crash_point\("([^"]+)"\))re");
  std::set<std::string> names;
  for (const char* folder : {"engine", "connectors"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(RIPOSTE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cc") continue;
      std::ifstream in(entry.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      for (std::sregex_iterator found(text.begin(), text.end(), call), end; found != end; ++found)
        names.insert((*found)[1]);
    }
  }
  return {names.begin(), names.end()};
}

Campaign::Campaign(std::string bootstrap, std::uint64_t seed)
    : bootstrap_(std::move(bootstrap)),
      seed_(seed),
      random_(seed),
      scene_({bootstrap_, kTopic, kDeadLetterTopic, kGroup}),
      workload_(seed, kTopic, kPartitions, own_host()),
      producer_(bootstrap_, {{"enable.idempotence", "true"}, {"linger.ms", "1"}}),
      group_(bootstrap_, kGroup) {
  create_topic(bootstrap_, kTopic, kPartitions);
  create_topic(bootstrap_, kDeadLetterTopic, 1);
  processes_.push_back({std::make_unique<Victim>(), 'S'});  // nobody names it
}

std::string PlannedKill::text() const {
  return point.empty() ? "from outside" : fmt::format("at {}:{}:{}", point, hit, pause);
}

/// Half of the deaths are sudden; in the other half whatever runs beside the point has time to overtake it.
PlannedKill Campaign::at(const std::string& point) {
  const int hit = 1 + below(hits_max(point));
  return {point, hit, below(2) == 0 ? 0 : 20 + below(kPauseMax)};
}

std::vector<PlannedKill> Campaign::plan(const std::vector<std::string>& points, int kills) {
  std::vector<PlannedKill> planned;
  for (int round = 0; round < 2; ++round)
    for (const std::string& point : points) planned.push_back(at(point));
  while (static_cast<int>(planned.size()) * 3 < kills * 2) {
    planned.push_back(at(points[static_cast<std::size_t>(below(static_cast<int>(points.size())))]));
  }
  const int random =
      std::max<int>(kills - static_cast<int>(planned.size()), static_cast<int>(planned.size()) / 3);
  for (int i = 0; i < random; ++i) planned.push_back({});
  std::ranges::shuffle(planned, random_);
  return planned;
}

void Campaign::produce(const std::vector<MadeRecord>& records) {
  for (const MadeRecord& record : records) {
    producer_.produce(kTopic, record.partition, std::nullopt, record.bytes);
    ++produced_in_this_life_;
  }
}

void Campaign::produce_some() {
  if (produced_in_this_life_ >= kRecordsPerLifeMax || below(100) >= 55) return;
  produce(workload_.next());
  if (below(100) < 2 && processes_.size() < kProcessesMax) produce_process_detection();
}

void Campaign::produce_process_detection() {
  const bool kill = below(2) == 0;
  processes_.push_back({std::make_unique<Victim>(), kill ? 'Z' : 'T'});
  produce({workload_.about_process(kill ? ActionType::kill_process : ActionType::suspend_process,
                                   processes_.back().process->pid())});
}

bool Campaign::approve_one() {
  const auto listed = scene_.get("/v1/actions?state=pending_approval&limit=1000");
  if (!listed) return true;
  if (listed->at("actions").empty()) return false;
  const auto& offers = listed->at("actions");
  const ActionId id(offers.at(static_cast<std::size_t>(below(static_cast<int>(offers.size()))))
                        .at("id")
                        .get<std::string>());
  workload_.account().approval_asked.insert(id);
  if (scene_.approve(id.value())) workload_.account().approval_confirmed.insert(id);
  return true;
}

/// Feeds the engine until it is dead. Its wait status, or nothing when it did not die in time.
std::optional<int> Campaign::live(ChildProcess& engine, const PlannedKill& kill) {
  const auto born = std::chrono::steady_clock::now();
  const milliseconds limit = kill.point.empty()
                                 ? milliseconds(10 + below(static_cast<int>(kRandomKillMax.count())))
                                 : milliseconds(kReachLimit);
  const int approval_chance = kill.point == kDecisionPoint ? 40 : 6;
  bool asked_to_end = false;
  for (;;) {
    produce_some();
    if (below(100) < approval_chance && !approve_one() && kill.point == kDecisionPoint)
      produce({workload_.offer()});
    if (const auto status = engine.wait_for(kStep)) return status;
    const auto age = std::chrono::steady_clock::now() - born;
    if (kill.point == kShutdownPoint && age > kShutdownAfter && !std::exchange(asked_to_end, true))
      engine.signal(SIGTERM);
    if (age < limit) continue;
    engine.signal(SIGKILL);
    const auto status = engine.wait_for(kEndLimit);
    return kill.point.empty() ? status : std::nullopt;
  }
}

bool Campaign::carry_out(const PlannedKill& kill) {
  produced_in_this_life_ = 0;
  const auto engine = scene_.start_engine(
      kill.point.empty() ? "" : fmt::format("{}:{}:{}", kill.point, kill.hit, kill.pause));
  const auto status = live(*engine, kill);
  if (!status) {
    ADD_FAILURE() << "the kill " << kill.text() << " was not reached within " << kReachLimit.count()
                  << " s; seed " << seed_ << "\n"
                  << tail_of(scene_.engine_log());
    return false;
  }
  producer_.flush();
  return check_death(*status, kill) && check_remains(kill);
}

bool Campaign::check_death(int status, const PlannedKill& kill) {
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (!killed || (!kill.point.empty() && !scene_.died_at(kill.point))) {
    ADD_FAILURE() << "the engine ended with wait status " << status << " and not by the kill " << kill.text()
                  << "; seed " << seed_ << "\n"
                  << tail_of(scene_.engine_log());
    return false;
  }
  kill.point.empty() ? ++random_kills_ : ++deaths_[kill.point];
  return true;
}

Result<Remains> Campaign::look() {
  std::vector<StreamId> streams;
  for (std::int32_t i = 0; i < kPartitions; ++i) streams.push_back(workload_.stream(i));
  Remains remains = TRY(read_remains(scene_.data(), scene_.ledger(), streams));
  for (std::int32_t i = 0; i < kPartitions; ++i)
    if (const auto offset = group_.committed(kTopic, i)) remains.group_offsets[workload_.stream(i)] = *offset;
  return remains;
}

bool Campaign::check_remains(const PlannedKill& kill) {
  auto remains = look();
  if (!remains) {
    ADD_FAILURE() << "after the kill " << kill.text() << ": " << remains.error().text() << "; seed " << seed_;
    return false;
  }
  const Verdict verdict = compare_remains(workload_.account(), *remains, before_);
  before_ = std::move(*remains);
  if (verdict.findings.empty()) return true;
  ADD_FAILURE() << "after the kill " << kill.text() << ", seed " << seed_ << ":" << joined(verdict.findings)
                << "\n"
                << tail_of(scene_.engine_log());
  return false;
}

bool Campaign::drained(const std::vector<ActionId>& last) {
  for (const ActionId& id : last) {
    const auto action = scene_.get("/v1/actions/" + id.value());
    if (!action || action->at("verification") != "passed") return false;
  }
  const auto open = scene_.get("/v1/actions?open=true&limit=1000");
  return open && std::ranges::all_of(open->at("actions"), [](const http::Json& action) {
           const bool is_proved = action.at("verification") == "passed";  // and awaits only its undo
           return is_proved || action.at("in_doubt").get<bool>() || action.at("state") == "pending_approval";
         });
}

bool Campaign::drain(ChildProcess& engine) {
  std::set<ActionId> earlier;
  for (const auto& [id, wanted] : workload_.account().actions) earlier.insert(id);
  produce(workload_.last());
  producer_.flush();
  std::vector<ActionId> last;
  for (const auto& [id, wanted] : workload_.account().actions)
    if (!earlier.contains(id)) last.push_back(id);
  const auto deadline = std::chrono::steady_clock::now() + kDrainLimit;
  while (!drained(last)) {
    if (std::chrono::steady_clock::now() > deadline || engine.wait_for(milliseconds(200))) return false;
  }
  return true;
}

void Campaign::finish() {
  const auto engine = scene_.start_engine();
  EXPECT_TRUE(drain(*engine)) << "not everything was finished in time; seed " << seed_ << "\n"
                              << tail_of(scene_.engine_log());
  engine->signal(SIGTERM);
  EXPECT_EQ(engine->wait_for(kEndLimit), 0) << tail_of(scene_.engine_log());
  const auto remains = look();
  ASSERT_TRUE(remains) << remains.error().text();
  verdict_ = compare_end(workload_.account(), *remains, delivered_letters());
  EXPECT_TRUE(verdict_.findings.empty()) << "at the end, seed " << seed_ << ":" << joined(verdict_.findings);
  before_ = *remains;
  check_processes();
}

void Campaign::check_processes() {
  for (const Bystander& each : processes_)
    EXPECT_EQ(each.process->state(), each.state) << "process " << each.process->pid();
}

std::vector<std::pair<Place, WantedLetter>> Campaign::delivered_letters() const {
  std::vector<std::pair<Place, WantedLetter>> letters;
  const auto count = static_cast<std::size_t>(end_offset(bootstrap_, kDeadLetterTopic, 0));
  for (const KafkaRecord& record : consume_all(bootstrap_, kDeadLetterTopic, 0, 0, count, kEndLimit)) {
    const std::string key = record.key.value_or("");
    const auto at = key.rfind('@');
    const std::int64_t offset = at == std::string::npos ? -1 : std::stoll(key.substr(at + 1));
    const auto reason = record.headers.find("reason");
    letters.push_back({{StreamId(key.substr(0, at)), offset},
                       {reason == record.headers.end() ? "" : reason->second, record.value.value_or("")}});
  }
  return letters;
}

int Campaign::deaths_at(const std::string& point) const {
  const auto found = deaths_.find(point);
  return found == deaths_.end() ? 0 : found->second;
}

std::string Campaign::summary() const {
  int named = 0;
  for (const auto& [point, deaths] : deaths_) named += deaths;
  std::string text = fmt::format(
      "crash test: {} kills ({} at named points, {} at random), {} detections, {} actions: {} lost, {} "
      "twice, "
      "{} unrecorded effects, {} in doubt",
      named + random_kills_, named, random_kills_, workload_.detections(), before_.actions.size(),
      verdict_.lost, verdict_.twice, verdict_.unrecorded, verdict_.in_doubt);
  return text + fmt::format("; seed {}", seed_);
}

}  // namespace riposte::test
