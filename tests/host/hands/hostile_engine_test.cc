#include <fstream>
#include <functional>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int32_t kNobody = 4'000'000;
const std::string kUnproven = "isolation:\n  require_channel_proof: false\n";

/// What is there to be harmed.
struct Prey {
  std::int32_t process;
  std::string file;
};

/// An order beyond one bound of the policy.
struct Beyond {
  std::string name;
  std::string forbidden;  ///< a verb that the policy does not allow
  std::string policy;  ///< and what else it says; FOLDER: where the file lies, SLEEP: what the process runs
  std::function<order::Command(const Prey&)> command;
  std::string reason;
  Duration ttl{};
  std::function<order::Command(const Prey&)> before{};  ///< harmless, and takes what the rate has
};

void PrintTo(const Beyond& beyond, std::ostream* out) { *out << beyond.policy << beyond.forbidden; }

order::ProcessTarget process(std::int32_t pid) { return {.pid = pid, .not_after = SystemClock().now()}; }
order::Command kill_of(const Prey& prey) { return order::KillProcess{process(prey.process)}; }
order::Command tree_kill_of(const Prey& prey) { return order::KillProcess{process(prey.process), true}; }
order::Command suspension_of(const Prey& prey) { return order::SuspendProcess{process(prey.process)}; }
order::Command resumption_of(const Prey& prey) { return order::ResumeProcess{process(prey.process)}; }
order::Command quarantine_of(const Prey& prey) { return order::QuarantineFile{prey.file, {}, {}, {}}; }
order::Command restoration(const Prey&) { return order::RestoreFile{std::string(32, 'e')}; }
order::Command block(const Prey&) { return order::BlockIp{*parse_address("198.51.100.7")}; }
order::Command unblock(const Prey&) { return order::UnblockIp{*parse_address("198.51.100.7"), false, {}}; }
order::Command isolation(const Prey&) { return order::IsolateHost{}; }
order::Command wide_isolation(const Prey&) {
  return order::IsolateHost{{*parse_address("198.51.100.7"), *parse_address("198.51.100.8")}, true, true};
}
order::Command release(const Prey&) { return order::UnisolateHost{}; }

std::vector<Beyond> what_is_not_allowed() {
  const std::vector<std::pair<order::Verb, order::Command (*)(const Prey&)>> verbs{
      {order::Verb::kill_process, kill_of},
      {order::Verb::suspend_process, suspension_of},
      {order::Verb::resume_process, resumption_of},
      {order::Verb::isolate_host, isolation},
      {order::Verb::unisolate_host, release},
      {order::Verb::quarantine_file, quarantine_of},
      {order::Verb::restore_file, restoration},
      {order::Verb::block_ip, block},
      {order::Verb::unblock_ip, unblock}};
  std::vector<Beyond> beyond;
  for (const auto& [verb, command] : verbs) {
    const std::string name(name_of(verb));
    beyond.push_back({"allow_" + name, name, "", command, "allow does not name " + name});
  }
  return beyond;
}

std::vector<Beyond> what_lasts_too_long() {
  const std::string policy = "ttl_max: 1h\n";
  const std::string reason = "is over ttl_max, 1h";
  return {{"ttl_of_a_suspension", "", policy, suspension_of, reason, 2h},
          {"ttl_of_a_quarantine", "", policy, quarantine_of, reason, 2h},
          {"ttl_of_an_isolation", "", policy, isolation, reason, 2h},
          {"ttl_of_a_block", "", policy, block, reason, 2h}};
}

std::vector<Beyond> what_comes_too_often() {
  const auto nobody = [](auto command) { return [=](const Prey&) { return command({kNobody, "/none"}); }; };
  const auto rate = [](std::string verb) { return "rate:\n  " + std::move(verb) + ": 1 burst 1\n"; };
  const std::string reason = "too many orders of this kind";
  return {
      {"rate_of_kills", "", rate("kill_process"), kill_of, reason, {}, nobody(kill_of)},
      {"rate_of_suspensions", "", rate("suspend_process"), suspension_of, reason, {}, nobody(suspension_of)},
      {"rate_of_quarantines", "", rate("quarantine_file"), quarantine_of, reason, {}, nobody(quarantine_of)},
      // Nobody is connected who would carry the question to the engine.
      {"rate_of_isolations", "", rate("isolate_host"), isolation, reason, {}, isolation},
      {"rate_of_blocks", "", rate("block_ip"), block, reason, {}, [](const Prey&) {
         return order::BlockIp{*parse_address("127.0.0.1")};
       }}};
}

std::vector<Beyond> what_is_protected() {
  const std::string users = "never_users: [root]\n";
  const std::string programs = "protected_executables: [SLEEP]\n";
  const std::string units = "protected_units: [shop.service]\n";
  const std::string paths = "protected_paths: [FOLDER]\n";
  return {{"never_addresses", "", "never_addresses: [198.51.100.0/24]\n", block,
           "never_addresses has 198.51.100.0/24"},
          {"management", "", "  - 198.51.100.7:7443\n", block, "the address is one of management"},
          {"never_users_kill", "", users, kill_of, "runs as user 0"},
          {"never_users_kill_of_a_tree", "", users, tree_kill_of, "runs as user 0"},
          {"never_users_suspend", "", users, suspension_of, "runs as user 0"},
          {"protected_executables_kill", "", programs, kill_of, "which the configuration protects"},
          {"protected_executables_suspend", "", programs, suspension_of, "which the configuration protects"},
          {"protected_units_kill", "", units, kill_of, "belongs to shop.service"},
          {"protected_units_suspend", "", units, suspension_of, "belongs to shop.service"},
          {"protected_paths", "", paths, quarantine_of, "protected_paths has "},
          {"protected_paths_by_another_name", "", "protected_paths: [FOLDER/file]\n",
           [](const Prey& prey) { return order::QuarantineFile{prey.file + ".alias", {}, {}, {}}; },
           "is protected by protected_paths"},
          {"keep_max", "", "keep_max: 1\n", wide_isolation, "it keeps 2 addresses; keep_max is 1"}};
}

std::vector<Beyond> everything() {
  std::vector<Beyond> all = what_is_not_allowed();
  for (auto&& more : {what_lasts_too_long(), what_comes_too_often(), what_is_protected()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Somebody has the engine's key, and this host's owner was careful.
class AHostileEngine : public HandsLab, public ::testing::WithParamInterface<Beyond> {
 protected:
  AHostileEngine() {
    std::filesystem::create_directory(at("upload"));
    std::ofstream(prey_.file) << "precious";
    std::filesystem::create_hard_link(prey_.file, prey_.file + ".alias");
    // The control groups are the machine's; the host only lays another answer over the kernel's.
    std::ofstream(at("cgroup")) << "0::/system.slice/shop.service\n";
    host_.output_of({"mount", "--bind", at("cgroup"), "/proc/" + std::to_string(prey_.process) + "/cgroup"});
  }

  void be_strict() {
    std::string policy = GetParam().policy;
    for (const auto& [name, value] : {std::pair{std::string("FOLDER"), at("upload").string()},
                                      {"SLEEP", std::filesystem::canonical("/bin/sleep").string()}})
      if (const auto where = policy.find(name); where != std::string::npos)
        policy.replace(where, name.size(), value);
    // Without a channel the first isolation is not begun, so the second one finds the host as it was.
    const bool is_asked_first = GetParam().before != nullptr;
    write_policy(policy + (is_asked_first ? "" : kUnproven), GetParam().forbidden);
  }
  order::Order beyond() const {
    order::Order order = order_now(GetParam().command(prey_));
    if (GetParam().ttl > Duration::zero()) order.ttl = GetParam().ttl;
    return order;
  }
  order::Report answer_to(const order::Order& order) const {
    Link link(socket());
    link.order(order);
    const auto report = link.report();
    EXPECT_TRUE(report) << log();
    return report.value_or(order::Report{});
  }
  std::string line_of(const order::Order& order) const {
    std::istringstream lines(log());
    std::string found;
    for (std::string line; std::getline(lines, line);)
      if (line.contains(order.action.value())) found += line + "\n";
    return found;
  }
  void expect_nothing_done() const {
    EXPECT_EQ(rules(), "");
    EXPECT_TRUE(runs(prey_.process));
    EXPECT_TRUE(std::filesystem::exists(prey_.file));
    EXPECT_TRUE(std::filesystem::exists(prey_.file + ".alias"));
    EXPECT_THAT(vault(), IsEmpty());
  }

  const Prey prey_{sleeper(), at("upload") / "file"};
};

TEST_P(AHostileEngine, IsRefusedAndStaysSo) {
  be_strict();
  start();
  if (GetParam().before) answer_to(order_now(GetParam().before(prey_)));
  const order::Order order = beyond();
  const order::Report report = answer_to(order);
  EXPECT_EQ(report.result.word, ResultWord::refused_guard) << report.result.detail;
  EXPECT_THAT(report.result.detail, HasSubstr(GetParam().reason));
  EXPECT_THAT(line_of(order), HasSubstr("refused"));
  EXPECT_THAT(line_of(order), HasSubstr(GetParam().reason));
  expect_nothing_done();
  kill();
  EXPECT_EQ(ledger().holdings().size(), 0U);

  write_policy(kUnproven);
  start();
  const order::Report again = answer_to(order);
  EXPECT_TRUE(again.standing == order::Standing::never_ran || again.result.word == ResultWord::refused_guard)
      << again.result.detail;
  expect_nothing_done();
  order::Order anew = order;
  anew.action = order_now(order.command).action;
  EXPECT_NE(answer_to(anew).result.word, ResultWord::refused_guard) << "it was not that bound";
  kill();
  EXPECT_EQ(ledger().holdings().find(order.action), nullptr);
}

INSTANTIATE_TEST_SUITE_P(BeyondEveryBound, AHostileEngine, ::testing::ValuesIn(everything()),
                         [](const auto& beyond) { return beyond.param.name; });

}  // namespace
}  // namespace riposte::test
