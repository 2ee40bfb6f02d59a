#include "agent/ledger/judge.h"

#include <array>
#include <limits>

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Order;
using order::Purpose;
using order::Standing;

/// A person's cancellation is meant for every attempt.
constexpr std::uint32_t kEveryAttempt = std::numeric_limits<std::uint32_t>::max();

std::uint32_t attempts_meant(const Order& order) {
  return order.purpose == Purpose::cancel ? kEveryAttempt : order.attempt;
}

/// An order under judgement; each question is asked in one place.
class Case {
 public:
  Case(Order order, const Grounds& grounds)
      : order_(std::move(order)),
        grounds_(grounds),
        known_(grounds.ledger.find(order_.action)),
        now_(grounds.ledger.corrected(grounds.now.wall)) {}

  Judgement judge() {
    if (order_.issued_at > now_ + kClockSkewMax) return clock_is_wrong();
    if (now_ >= order_.expires_at) return expired();
    if (order_.purpose == Purpose::verify) return fence_is_low() ? stale() : settled(Ruling::examine, {});
    if (order_.purpose == Purpose::acknowledge) return acknowledgement();
    if (known_ != nullptr && known_->done) return settled(Ruling::answer, known_->done->result);
    if (is_disowned()) return settled(Ruling::cancelled, {ResultWord::error, "cancelled before it came", {}});
    if (fence_is_low()) return stale();
    if (known_ != nullptr) return settled(Ruling::examine, {});
    return order_.purpose == Purpose::carry_out ? fresh() : disown();
  }

 private:
  Standing standing() const {
    if (known_ != nullptr) return known_->done ? Standing::ended : Standing::started;
    return is_disowned() ? Standing::never_ran : Standing::not_yet;
  }
  bool is_disowned() const { return grounds_.ledger.is_disowned(order_.action, attempts_meant(order_)); }
  bool fence_is_low() const { return order_.fence.epoch < grounds_.ledger.epoch_of(order_.fence.shard); }

  Judgement settled(Ruling ruling, DeedResult result) const {
    Judgement judgement{ruling, order_, std::move(result), standing(), {}};
    const bool raises = order_.fence.epoch > grounds_.ledger.epoch_of(order_.fence.shard);
    const bool obeyed = ruling == Ruling::answer || ruling == Ruling::examine || ruling == Ruling::disown ||
                        ruling == Ruling::acknowledge;
    // What the new engine was told must hold against the old one; an order that runs records its fence
    // itself.
    if (obeyed && raises && grounds_.ledger.has_place_for(order_.fence.shard))
      judgement.record.emplace_back(FenceRaised{order_.fence.shard, order_.fence.epoch});
    return judgement;
  }

  /// The engine acts upon this answer, so a copy of the order must not run after it.
  Judgement for_good(Ruling ruling, DeedResult result) const {
    Judgement judgement = settled(ruling, std::move(result));
    if (order_.purpose != Purpose::carry_out || judgement.standing != Standing::not_yet) return judgement;
    // Neither the engine's clock nor an epoch goes back.
    const bool is_past = grounds_.ledger.engine_time() >= order_.expires_at || ruling == Ruling::stale;
    if (!is_past && !has_place(false)) return judgement;
    judgement.standing = Standing::never_ran;
    if (!is_past) judgement.record.emplace_back(Cancelled{order_.action, order_.attempt, order_.issued_at});
    return judgement;
  }

  Judgement clock_is_wrong() const {
    return settled(Ruling::refused, {ResultWord::error,
                                     "clock: the order was issued at " + iso8601(order_.issued_at) +
                                         ", and this host's clock says " + iso8601(grounds_.now.wall),
                                     {}});
  }
  Judgement stale() const {
    return for_good(Ruling::stale, {ResultWord::error,
                                    "stale: epoch " + std::to_string(order_.fence.epoch) + " of shard " +
                                        std::to_string(order_.fence.shard) + ", and this host knows epoch " +
                                        std::to_string(grounds_.ledger.epoch_of(order_.fence.shard)),
                                    {}});
  }
  /// Nobody may conclude from the word alone that it never ran.
  Judgement expired() const {
    const std::string since = "expired at " + iso8601(order_.expires_at);
    if (known_ == nullptr)
      return for_good(Ruling::expired, {ResultWord::error, since + "; it did not run", {}});
    if (!known_->done)
      return settled(Ruling::expired, {ResultWord::unknown, since + "; it was started before", {}});
    DeedResult result = known_->done->result;
    result.detail = since + ", and it ran: " + result.detail;
    return settled(Ruling::expired, order::bounded(std::move(result)));
  }
  Judgement acknowledgement() const {
    if (fence_is_low()) return stale();
    if (known_ == nullptr || !known_->done || known_->acknowledged) return settled(Ruling::answer, {});
    Judgement judgement = settled(Ruling::acknowledge, {});
    judgement.record.emplace_back(Acknowledged{order_.action, order_.issued_at});
    return judgement;
  }
  Judgement disown() const {
    if (!has_place(false)) return settled(Ruling::full, {ResultWord::error, "journal full", {}});
    Judgement judgement = settled(Ruling::disown, {ResultWord::error, "it never ran, and will not", {}});
    judgement.standing = Standing::never_ran;
    judgement.record.emplace_back(Cancelled{order_.action, attempts_meant(order_), order_.issued_at});
    return judgement;
  }

  Judgement fresh() const {
    if (const auto objection = objection_of(grounds_.policy, order_))
      return refuse("local policy: " + *objection);
    const auto* block = std::get_if<order::BlockIp>(&order_.command);
    if (block != nullptr && !order_.by_person && grounds_.ledger.is_spared(block->address, now_))
      return refuse("a person unblocked the address shortly before");
    const order::Verb verb = order::verb_of(order_.command);
    if (!grounds_.rates.allows(verb, grounds_.now.since_boot))
      return refuse("local policy: too many orders of this kind within a minute");
    if (!has_place(order::is_inverse(verb)) || !has_place_to_hold())
      return for_good(Ruling::full, {ResultWord::error, "journal full", {}});
    return settled(Ruling::run, {});
  }
  Judgement refuse(std::string why) const {
    return for_good(Ruling::refused, {ResultWord::refused_guard, std::move(why), {}});
  }
  /// What ends an effect always finds a place: for that the disk keeps some room.
  bool has_place(bool ends_effect) const {
    if (!grounds_.ledger.has_place_for(order_.fence.shard)) return false;
    return ends_effect || (grounds_.journal_has_room && grounds_.ledger.size() < kKnownMax);
  }
  bool has_place_to_hold() const {
    return !effect_of(order_) || grounds_.ledger.holdings().size() < kHoldingsMax;
  }

  const Order order_;
  const Grounds& grounds_;
  const Ledger::Known* known_;
  const WallTime now_;
};

Judgement dismiss(std::string why) {
  return {Ruling::dismissed, {}, {ResultWord::error, std::move(why), {}}, {}, {}};
}

}  // namespace

std::string_view name_of(Ruling ruling) {
  constexpr std::array<std::string_view, std::to_underlying(kLastRuling) + 1> kNames{
      "dismissed", "expired", "answer", "cancelled",   "stale", "examine",
      "refused",   "full",    "disown", "acknowledge", "run"};
  return kNames.at(std::to_underlying(ruling));
}

Judgement judge(const order::SignedOrder& sealed, const Grounds& grounds) {
  auto order = open_order(sealed, grounds.keys, grounds.ledger.corrected(grounds.now.wall));
  if (!order) return dismiss(order.error().text());
  const HostIdentity& host = grounds.host;
  if (order->fleet != host.fleet) return dismiss("for fleet " + order->fleet);
  if (order->machine_id != host.machine_id) return dismiss("for machine " + order->machine_id);
  if (order->enrolment != host.enrolment)
    return dismiss("for enrolment " + std::to_string(order->enrolment) + ", and this is " +
                   std::to_string(host.enrolment));
  return Case(*std::move(order), grounds).judge();
}

}  // namespace riposte::agent
