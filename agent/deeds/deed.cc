#include "agent/deeds/deed.h"

#include <exception>
#include <utility>

#include "agent/deeds/file_deeds.h"
#include "agent/deeds/filter_deeds.h"
#include "agent/deeds/process_deeds.h"

namespace riposte::agent {
namespace {

using order::bounded;
using order::DeedResult;

DeedResult failed(const std::exception& error) {
  return {ResultWord::error, std::string("a bug or a lack of memory: ") + error.what(), {}};
}

/// What it says is fit for a report and a journal, whatever it meets.
class BoundedDeed final : public Deed {
 public:
  explicit BoundedDeed(std::unique_ptr<Deed> deed) : deed_(std::move(deed)) {}

  std::expected<std::string, DeedResult> look() override {
    try {
      auto plan = deed_->look();
      if (!plan) return std::unexpected(bounded(std::move(plan).error()));
      return plan;
    } catch (const std::exception& error) {
      return std::unexpected(bounded(failed(error)));
    }
  }
  DeedResult act(const std::stop_token& stop) override {
    try {
      return bounded(deed_->act(stop));
    } catch (const std::exception& error) {
      return bounded(failed(error));
    }
  }

 private:
  std::unique_ptr<Deed> deed_;
};

/// The verbs about one kind of thing, and what is done for them.
struct Kind {
  std::unique_ptr<Deed> (*make)(const order::Order& order, const DeedGround& ground);
  DeedResult (*probe)(const Started& started, const DeedGround& ground);
  Verified (*verify)(const order::Order& order, const Ledger::Known* known, const DeedGround& ground);
};

/// For what the order alone says how it should be.
template <Verified (*kVerify)(const order::Order&, const DeedGround&)>
Verified by_order(const order::Order& order, const Ledger::Known* /*known*/, const DeedGround& ground) {
  return kVerify(order, ground);
}

constexpr Kind kProcesses{make_process_deed, probe_process, verify_process};
constexpr Kind kFiles{make_file_deed, probe_file, by_order<verify_file>};
constexpr Kind kBlocks{make_block_deed, probe_block, by_order<verify_block>};
constexpr Kind kIsolations{make_isolation_deed, probe_isolation, by_order<verify_isolation>};

const Kind& kind_of(const order::Order& order) {
  switch (order::verb_of(order.command)) {
    case order::Verb::kill_process:
    case order::Verb::suspend_process:
    case order::Verb::resume_process:
      return kProcesses;
    case order::Verb::quarantine_file:
    case order::Verb::restore_file:
      return kFiles;
    case order::Verb::block_ip:
    case order::Verb::unblock_ip:
      return kBlocks;
    case order::Verb::isolate_host:
    case order::Verb::unisolate_host:
      return kIsolations;
  }
  std::unreachable();
}

/// The worst of several endings is told, and what was done beside it.
void add(DeedResult& all, const DeedResult& one) {
  const auto weight = [](ResultWord word) {
    return word == ResultWord::already_done ? 0 : word == ResultWord::ok ? 1 : 2;
  };
  if (weight(one.word) > weight(all.word)) all.word = one.word;
  if (!one.detail.empty()) all.detail += (all.detail.empty() ? "" : "; ") + one.detail;
}

/// Those of processes and files stand each for themselves; packet filters are settled together.
DeedResult take_back_all(std::span<const ActionId> lifted, const DeedGround& ground) {
  DeedResult all{ResultWord::already_done, "", {}};
  for (const ActionId& action : lifted) {
    const auto* hold = ground.ledger.holdings().find(action);
    if (hold == nullptr) continue;
    const Ledger::Known& known = *ground.ledger.find(action);
    if (hold->effect.made_by == order::Verb::suspend_process)
      add(all, end_suspension(known, lifted, ground, {}));
    if (hold->effect.made_by == order::Verb::quarantine_file) add(all, end_quarantine(known, ground));
  }
  add(all, take_back_filters(lifted, ground));
  return all;
}

}  // namespace

std::unique_ptr<Deed> make_deed(const order::Order& order, const DeedGround& ground) {
  return std::make_unique<BoundedDeed>(kind_of(order).make(order, ground));
}

DeedResult probe(const Started& started, const DeedGround& ground) {
  try {
    return bounded(kind_of(started.order).probe(started, ground));
  } catch (const std::exception& error) {
    return bounded({ResultWord::unknown, error.what(), {}});
  }
}

Verified verify(const order::Order& order, const Ledger::Known* known, const DeedGround& ground) {
  try {
    Verified verified = kind_of(order).verify(order, known, ground);
    verified.result = bounded(std::move(verified.result));
    return verified;
  } catch (const std::exception& error) {
    return {order::Finding::unknown, bounded({ResultWord::unknown, error.what(), {}})};
  }
}

DeedResult take_back(std::span<const ActionId> lifted, const DeedGround& ground) {
  try {
    return bounded(take_back_all(lifted, ground));
  } catch (const std::exception& error) {
    return bounded(failed(error));
  }
}

}  // namespace riposte::agent
