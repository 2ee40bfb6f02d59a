#include "agent/process/process_tree.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace riposte {
namespace {

/// How often the members are looked at while they follow a signal.
constexpr std::chrono::milliseconds kSettleInterval{2};

bool is_at_rest(RunState state, char letter) {
  // In an uninterruptible wait it cannot start another process, and the stop takes effect when that ends.
  return state != RunState::running || letter == 'D';
}

class Tree {
 public:
  Tree(Pinned root, const ProtectedProcesses& guards, const std::stop_token& stop)
      : guards_(guards), stop_(stop) {
    add(std::move(root));
  }

  /// Every member has so long to end by itself; none is asked where one is protected.
  void ask_to_end(Duration patience) {
    gather(false);
    if (!refused_.empty()) return;
    send(SIGTERM);
    settle(RunState::gone, patience);
    doubt_.clear();  // all of them are looked for again
  }

  /// Looks through the host until there is nothing new; `hold`: stops what it finds.
  void gather(bool hold) {
    if (hold)
      for (Member& member : members_) halt(member);
    for (int pass = 0; pass < kTreePassesMax; ++pass) {
      if (hold && !settle(RunState::stopped)) unsure("some could not be stopped");
      if (!take_in(hold)) return;
      if (!refused_.empty()) return;
      if (stop_.stop_requested()) return unsure("the order was broken off");
    }
    unsure(fmt::format("it still grew after {} looks", kTreePassesMax));
  }

  /// Lets what gather() stopped run again.
  void release() const {
    for (auto member = members_.rbegin(); member != members_.rend(); ++member)
      if (member->halted) static_cast<void>(member->pinned.handle.send(SIGCONT));
  }

  /// Children before parents.
  void send(int signal) {
    for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
      const auto sent = member->pinned.handle.send(signal);
      if (!sent && sent.error().code != Errc::not_found) unsure(sent.error().text());
    }
  }

  /// Whether all are as wanted, at rest in the kernel or gone before `wait` is over.
  bool settle(RunState wanted, Duration wait = kConfirmationWait) const {
    const Deadline deadline = Deadline::after(wait);
    while (std::ranges::any_of(members_, [&](const Member& member) { return !is_as(member, wanted); })) {
      if (deadline.left() == Duration::zero() || stop_.stop_requested()) return false;
      std::this_thread::sleep_for(kSettleInterval);
    }
    return true;
  }

  bool changes_anything(RunState wanted) const {
    return std::ranges::any_of(
        members_, [&](const Member& member) { return member.pinned.identity.run_state != wanted; });
  }
  /// How many are not as wanted yet.
  std::size_t pending(RunState wanted) const {
    return static_cast<std::size_t>(std::ranges::count_if(members_, [&](const Member& member) {
      if (member.pinned.handle.has_ended()) return false;
      const auto now = read_process(member.pinned.identity.pid);
      return now && now->run_state != wanted;
    }));
  }

  std::vector<ProcessIdentity> identities() const {
    std::vector<ProcessIdentity> found;
    for (const Member& member : members_) found.push_back(member.pinned.identity);
    return found;
  }
  const std::string& refused() const { return refused_; }
  const std::string& doubt() const { return doubt_; }

 private:
  struct Member {
    Pinned pinned;
    bool halted = false;  ///< by us: it ran before
  };

  void unsure(const std::string& why) {
    if (doubt_.empty()) doubt_ = why;
  }

  void add(Pinned pinned) {
    by_number_[pinned.identity.pid] = members_.size();
    members_.push_back({.pinned = std::move(pinned)});
  }

  void halt(Member& member) {
    if (member.pinned.identity.run_state != RunState::running) return;
    const auto sent = member.pinned.handle.send(SIGSTOP);
    member.halted = sent.has_value();
    if (!sent && sent.error().code != Errc::not_found) unsure(sent.error().text());
  }

  bool is_as(const Member& member, RunState wanted) const {
    if (member.pinned.handle.has_ended()) return true;
    if (wanted == RunState::gone) return false;
    const auto now = read_process(member.pinned.identity.pid);
    if (!now) return true;
    return wanted == RunState::stopped ? is_at_rest(now->run_state, now->state) : now->run_state == wanted;
  }

  /// Adds the children of members until one list of the host has no more. Whether any was added.
  bool take_in(bool hold) {
    const std::vector<ProcessStat> host = list_processes();
    bool any = false;
    for (bool again = true; again && refused_.empty();) {
      again = false;
      for (const ProcessStat& process : host)
        if (by_number_.contains(process.parent) && !by_number_.contains(process.pid) && refused_.empty())
          again = take_in(process, hold) || again;
      any = any || again;
    }
    return any;
  }

  bool take_in(const ProcessStat& process, bool hold) {
    if (process.is_gone()) return false;
    if (members_.size() >= kTreeMax)
      return unsure(fmt::format("it has more than {} processes", kTreeMax)), false;
    auto child = pin(process.pid);
    if (!child) {
      if (child.error().code != Errc::not_found) unsure(child.error().text());
      return false;
    }
    if (child->identity.run_state == RunState::gone || !is_child(*child)) return false;
    if (const auto why = guards_.refuse(child->identity)) return refused_ = *why, false;
    add(std::move(*child));
    if (hold) halt(members_.back());
    return true;
  }

  /// Its parent is a member that still has its number, and is older.
  bool is_child(const Pinned& child) const {
    const auto parent = by_number_.find(child.identity.parent);
    if (parent == by_number_.end()) return false;
    const Pinned& known = members_[parent->second].pinned;
    return child.identity.start_ticks >= known.identity.start_ticks && !known.handle.has_ended();
  }

  const ProtectedProcesses& guards_;
  const std::stop_token& stop_;
  std::vector<Member> members_;
  std::map<std::int32_t, std::size_t> by_number_;
  std::string refused_;  ///< why nothing may be done
  std::string doubt_;    ///< why something may be left out
};

std::string family(const ProcessIdentity& root, std::size_t descendants) {
  return fmt::format("process {} and {} descendant{}", root.pid, descendants, descendants == 1 ? "" : "s");
}

/// What to say of a tree that was signalled.
std::pair<ResultWord, std::string> verdict(const Tree& tree, const Treatment& treatment,
                                           const std::string& family, bool settled) {
  if (!tree.doubt().empty())
    return {ResultWord::error,
            fmt::format("{} were made {}, but others may be left: {}", family, treatment.done, tree.doubt())};
  const std::size_t pending = tree.pending(treatment.wanted);
  if (pending == 0) return {ResultWord::ok, fmt::format("{}: {}", family, treatment.done)};
  const std::string seen = fmt::format("{}: {} was delivered to all, {} of them not yet {}", family,
                                       treatment.signal_name, pending, treatment.done);
  // A signal that cannot be caught takes effect as soon as the kernel lets go of the process.
  if (settled || treatment.wanted == RunState::gone) return {ResultWord::ok, "pending_kernel: " + seen};
  return {ResultWord::timeout, seen};
}

}  // namespace

TreeSignalled act_on_tree(Pinned root, RunState wanted, const ProtectedProcesses& guards,
                          const std::stop_token& stop, Duration patience) {
  const ProcessIdentity first = root.identity;
  const Treatment treatment = treatment_for(wanted);
  const bool hold = wanted != RunState::running;
  TreeSignalled answer{.result = {.seen = first, .signal_ticks = ticks_since_boot()}, .members = {}};
  Tree tree(std::move(root), guards, stop);
  if (wanted == RunState::gone && patience > Duration::zero()) tree.ask_to_end(patience);
  if (tree.refused().empty()) tree.gather(hold);
  answer.members = tree.identities();
  const std::string all = family(first, answer.members.size() - 1);
  if (!tree.refused().empty()) {
    tree.release();
    answer.result.word = ResultWord::refused_guard;
    answer.result.detail =
        fmt::format("{}, a descendant of process {}; what was stopped on the way to it runs again",
                    tree.refused(), first.pid);
    return answer;
  }
  if (!tree.changes_anything(wanted) && tree.doubt().empty()) {
    answer.result.word = ResultWord::already_done;
    answer.result.detail = fmt::format("{}: already {}", all, treatment.done);
    return answer;
  }
  if (wanted != RunState::stopped) tree.send(treatment.signal);
  std::tie(answer.result.word, answer.result.detail) = verdict(tree, treatment, all, tree.settle(wanted));
  return answer;
}

}  // namespace riposte
