/// Keeps what this host knows and says: the journal and its fold, the judgement of orders, signed reports.
///
/// Threads: one.
/// Errors:  unavailable (the disk is full: nothing was recorded), corrupt (nobody knows what is on disk: end
///          the process, start anew).
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "agent/ledger/journal.h"
#include "agent/ledger/judge.h"
#include "engine/order/frame.h"
#include "engine/order/hello.h"

namespace riposte::agent {

/// So many reports that nobody acknowledged are sent again at once; the others after the next welcome.
inline constexpr std::size_t kOwedReportsMax = 256;
/// The engine takes its effects back by itself; the host does what it did not.
inline constexpr Duration kEngineGrace = std::chrono::seconds(60);

/// Who this host is, whom it obeys, what it allows.
struct Authority {
  HostIdentity host;
  order::KeyRing keys;
  LocalPolicy policy;
  order::SigningKey report_key;
};

class Keeper {
 public:
  /// Errors: those of Journal::open.
  static Result<Keeper> open(const std::filesystem::path& journal, Authority authority);

  /// What is to become of the order.
  Judgement judge(const order::SignedOrder& sealed, const Instant& now);
  /// An order of this kind is carried out: counted against the rates.
  void count(order::Verb verb, const Instant& now) { rates_.take(verb, now.since_boot); }
  /// Another policy from now on. What was counted stays counted.
  void adopt(LocalPolicy policy, const Instant& now);
  /// On disk when it returns, then part of the ledger.
  Result<void> record(std::span<const Entry> entries);
  /// Shortens the journal where that is worth it.
  Result<void> compact();

  /// What is answered to an order.
  struct Answer {
    order::DeedResult result;
    order::Standing standing = order::Standing::not_yet;
    order::Finding finding = order::Finding::none;
    bool already = false;
  };
  order::Frame report(const order::Order& order, Answer answer, const Instant& now) const;
  /// The ends that no engine has acknowledged, the oldest first; at most kOwedReportsMax.
  std::vector<order::Frame> owed_reports(const Instant& now) const;
  order::Frame hello(const order::Nonce& welcomed, const Instant& now) const;
  /// Whether the pong answers this question to this host.
  Result<void> check_pong(std::string_view bytes, const order::Nonce& asked, const Instant& now) const;

  Started start_of(const order::Order& order, std::string plan, const Instant& now) const;
  const Ledger& ledger() const { return ledger_; }
  const LocalPolicy& policy() const { return authority_->policy; }
  const HostIdentity& host() const { return authority_->host; }
  const Journal& journal() const { return journal_; }

 private:
  Keeper(Journal journal, Ledger ledger, Authority authority);

  Journal journal_;
  Ledger ledger_;
  std::unique_ptr<Authority> authority_;
  RateLimits rates_;
};

}  // namespace riposte::agent
