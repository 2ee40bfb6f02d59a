#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;

const IpAddress kBlocked = *parse_address("198.51.100.7");
const IpAddress kUnblocked = *parse_address("198.51.100.8");

/// Every trace that an order may leave on a host.
struct Traces {
  std::string rules;
  std::map<std::int32_t, char> processes;
  std::set<std::string> files;
  std::set<std::string> vault;
  std::uintmax_t journal_bytes = 0;
  std::uint64_t journal_sequence = 0;
  bool operator==(const Traces&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Traces& traces) {
  out << "journal " << traces.journal_bytes << " bytes, sequence " << traces.journal_sequence
      << "; processes";
  for (const auto& [pid, state] : traces.processes) out << " " << pid << state;
  for (const auto& file : traces.files) out << " " << file;
  for (const auto& file : traces.vault) out << " vault/" << file;
  return out << "\n" << traces.rules;
}

class ForgedOrders : public HandsLab {
 protected:
  ForgedOrders() {
    write_policy("isolation:\n  require_channel_proof: false\n");
    std::filesystem::create_directory(at("upload"));
    for (const auto* name : {"taken", "there"}) std::ofstream(at("upload") / name) << "malware";
    start();
    started_ = std::chrono::steady_clock::now();
    link_.emplace(socket());
    EXPECT_TRUE(link_->welcome()) << log();  // so it has begun what it begins with
  }

  order::Order obeyed(order::Command command, const std::string& releases = {}) {
    order::Order order = order_now(std::move(command));
    order.releases = releases;
    link_->order(order);
    const auto report = link_->report();
    EXPECT_TRUE(report && report->result.word == ResultWord::ok) << log();
    // Otherwise every welcome would bring the report again.
    order::Order acknowledgement = order;
    acknowledgement.purpose = order::Purpose::acknowledge;
    link_->order(acknowledgement);
    return order;
  }
  static order::QuarantineFile quarantine(const std::filesystem::path& file) { return {file, {}, {}, {}}; }

  /// Orders that would change something if they were obeyed, of every verb; what the last four would end is
  /// in force.
  std::vector<order::Order> harmful() {
    const auto suspended = sleeper();
    const auto suspension = obeyed(order::SuspendProcess{target(suspended)}).action.value();
    const auto taking = obeyed(quarantine(at("upload") / "taken")).action.value();
    const auto blocking = obeyed(order::BlockIp{kBlocked}).action.value();
    watched_ = {suspended, sleeper(), sleeper()};
    std::vector<order::Order> orders{order_now(order::KillProcess{target(watched_[1])}),
                                     order_now(order::SuspendProcess{target(watched_[2])}),
                                     order_now(quarantine(at("upload") / "there")),
                                     order_now(order::BlockIp{kUnblocked}),
                                     order_now(order::IsolateHost{}),
                                     order_now(order::ResumeProcess{target(suspended)}),
                                     order_now(order::RestoreFile{taking}),
                                     order_now(order::UnblockIp{kBlocked, false, {}}),
                                     order_now(order::UnisolateHost{true})};
    orders[5].releases = suspension;
    orders[7].releases = blocking;
    orders[8].releases.clear();
    return orders;
  }

  /// Everything that was sent before has been seen by then.
  Traces traces() {
    Traces seen;
    const auto hello = link_->welcome();
    EXPECT_TRUE(hello) << log();
    seen.journal_sequence = hello ? hello->journal_sequence : 0;
    seen.journal_bytes = std::filesystem::file_size(at("state") / "journal");
    seen.rules = host_.output_of({"nft", "-s", "list", "ruleset"});
    for (const auto pid : watched_) seen.processes[pid] = state_of(pid);
    for (const auto& file : std::filesystem::directory_iterator(at("upload")))
      seen.files.insert(file.path().filename());
    for (const auto& name : vault()) seen.vault.insert(name);
    return seen;
  }

  /// Processes that were begun on the host by whatever is sent in `work`.
  int begun_by(const std::function<void()>& work) {
    const int first = last_number();
    const int second = last_number();
    work();
    EXPECT_TRUE(link_->welcome()) << log();
    const int begun = last_number() - second - (second - first);
    // The program itself looks after its packet filters, ten seconds after its start for the first time.
    const bool may_have_mended = std::chrono::steady_clock::now() - started_ > 9s;
    return may_have_mended && begun == 1 ? 0 : begun;
  }
  int last_number() const { return std::stoi(host_.output_of({"cat", "/proc/sys/kernel/ns_last_pid"})); }

  std::optional<Link> link_;
  std::vector<std::int32_t> watched_;
  std::chrono::steady_clock::time_point started_;
};

TEST_F(ForgedOrders, WouldBeSeenByTheProcessesThatTheyTake) {
  const order::Order honest = kill_order(sleeper());
  EXPECT_EQ(begun_by([&] { link_->order(honest); }), 1);
}

TEST_F(ForgedOrders, AreDismissedWithoutATrace) {
  const auto orders = harmful();
  const Traces before = traces();
  const int begun = begun_by([&] {
    for (const order::Order& order : orders) {
      link_->order(order, 2);
      order::Order forged = order;
      forged.fleet = "south";
      link_->order(forged);
      forged = order;
      forged.machine_id = "another";
      link_->order(forged);
      forged = order;
      ++forged.enrolment;
      link_->order(forged);
    }
  });
  EXPECT_EQ(begun, 0);
  EXPECT_EQ(traces(), before);
  EXPECT_FALSE(link_->report(100ms)) << "what is dismissed is not answered";
}

/// One byte is another one: at the beginning, in the middle and at the end of each part.
TEST_F(ForgedOrders, ThatWereAlteredAreDismissedWithoutATrace) {
  const auto orders = harmful();
  const Traces before = traces();
  const auto altered = [&](const order::SignedOrder& sealed, auto& part) {
    for (const std::size_t at : {std::size_t{0}, part.size() / 2, part.size() - 1}) {
      const auto kept = part[at];
      part[at] = static_cast<std::remove_cvref_t<decltype(kept)>>(kept ^ 1);
      link_->send({order::FrameType::order, encode(sealed)});
      part[at] = kept;
    }
  };
  const int begun = begun_by([&] {
    for (const order::Order& order : orders) {
      order::SignedOrder sealed = *sign(order, key_of(kEngine));
      altered(sealed, sealed.bytes);
      altered(sealed, sealed.signature);
      altered(sealed, sealed.key_id);
    }
  });
  EXPECT_EQ(begun, 0);
  EXPECT_EQ(traces(), before);
  EXPECT_FALSE(link_->report(100ms)) << "what is dismissed is not answered";
}

TEST_F(ForgedOrders, ThatAreHonestAreObeyed) {
  for (const order::Order& order : harmful()) {
    link_->order(order);
    const auto report = link_->report();
    ASSERT_TRUE(report) << log();
    EXPECT_TRUE(is_success(report->result.word)) << text_of(order.command) << ": " << report->result.detail;
  }
}

TEST_F(ForgedOrders, ThatHaveExpiredAreAnsweredAndNothingElseIsLeft) {
  auto orders = harmful();
  Traces before = traces();
  const int begun = begun_by([&] {
    for (order::Order& order : orders) {
      order.issued_at -= 10min;
      order.expires_at = order.issued_at + 5min;
      link_->order(order);
    }
  });
  EXPECT_EQ(begun, 0);
  for (const order::Order& order : orders) {
    const auto report = link_->report();
    ASSERT_TRUE(report) << log();
    EXPECT_EQ(report->action.value(), order.action.value());
    EXPECT_EQ(report->standing, order::Standing::never_ran);
  }
  Traces after = traces();
  // That they never run was promised, and so it is on disk.
  after.journal_bytes = before.journal_bytes;
  after.journal_sequence = before.journal_sequence;
  EXPECT_EQ(after, before);
}

/// What was done and ended again is not done by a copy, and what is done anew is not ended by one.
TEST_F(ForgedOrders, ThatWereDoneBeforeAreAnsweredAsBeforeWithoutATrace) {
  const auto pid = sleeper();
  const auto file = at("upload") / "taken";
  watched_ = {pid};
  std::vector<order::Order> done;
  const auto do_and = [&](order::Command begin, order::Command end) {
    done.push_back(obeyed(std::move(begin)));
    done.push_back(obeyed(std::move(end), done.back().action.value()));
  };
  const auto replayed = [&] {
    const Traces before = traces();
    EXPECT_EQ(begun_by([&] {
                for (const order::Order& order : done) link_->order(order);
              }),
              0);
    for (const order::Order& order : done) {
      const auto report = link_->report();
      ASSERT_TRUE(report) << log();
      EXPECT_EQ(report->action.value(), order.action.value());
      EXPECT_TRUE(report->already);
      EXPECT_EQ(report->result.word, ResultWord::ok);
    }
    EXPECT_EQ(traces(), before);
  };
  do_and(order::SuspendProcess{target(pid)}, order::ResumeProcess{target(pid)});
  do_and(order::BlockIp{kBlocked}, order::UnblockIp{kBlocked, false, {}});
  do_and(order::IsolateHost{}, order::UnisolateHost{});
  done.push_back(obeyed(quarantine(file)));
  done.push_back(obeyed(order::RestoreFile{done.back().action.value()}));
  replayed();
  obeyed(order::SuspendProcess{target(pid)});
  obeyed(quarantine(file));
  obeyed(order::BlockIp{kBlocked});
  obeyed(order::IsolateHost{});
  replayed();
  const auto killed = sleeper();
  done = {obeyed(order::KillProcess{target(killed)})};
  replayed();
}

}  // namespace
}  // namespace riposte::test
