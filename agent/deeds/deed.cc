#include "agent/deeds/deed.h"

#include <exception>
#include <functional>
#include <utility>

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

class Unsupported final : public Deed {
 public:
  std::expected<std::string, DeedResult> look() override {
    return std::unexpected(DeedResult{ResultWord::unsupported, "this host does not do that", {}});
  }
  DeedResult act(const std::stop_token&) override {
    return {ResultWord::unsupported, "this host does not do that", {}};
  }
};

enum class Family : std::uint8_t { processes, filters, files };
Family family_of(order::Verb verb) {
  switch (verb) {
    case order::Verb::kill_process:
    case order::Verb::suspend_process:
    case order::Verb::resume_process:
      return Family::processes;
    case order::Verb::quarantine_file:
    case order::Verb::restore_file:
      return Family::files;
    default:
      return Family::filters;
  }
}

std::unique_ptr<Deed> deed_of_family(const order::Order& order, const DeedGround& ground) {
  if (family_of(order::verb_of(order.command)) == Family::processes) return make_process_deed(order, ground);
  return std::make_unique<Unsupported>();
}

DeedResult probe_family(const Started& started, const DeedGround& ground) {
  if (family_of(order::verb_of(started.order.command)) == Family::processes)
    return probe_process(started, ground);
  return {ResultWord::unknown, "this host does not do that", {}};
}

Verified verify_family(const order::Order& order, const Ledger::Known* known, const DeedGround& ground) {
  if (family_of(order::verb_of(order.command)) == Family::processes)
    return verify_process(order, known, ground);
  return {order::Finding::unknown, {ResultWord::unknown, "this host does not do that", {}}};
}

}  // namespace

std::unique_ptr<Deed> make_deed(const order::Order& order, const DeedGround& ground) {
  return std::make_unique<BoundedDeed>(deed_of_family(order, ground));
}

DeedResult probe(const Started& started, const DeedGround& ground) {
  try {
    return bounded(probe_family(started, ground));
  } catch (const std::exception& error) {
    return bounded({ResultWord::unknown, error.what(), {}});
  }
}

Verified verify(const order::Order& order, const Ledger::Known* known, const DeedGround& ground) {
  try {
    Verified verified = verify_family(order, known, ground);
    verified.result = bounded(std::move(verified.result));
    return verified;
  } catch (const std::exception& error) {
    return {order::Finding::unknown, bounded({ResultWord::unknown, error.what(), {}})};
  }
}

DeedResult take_back(std::span<const ActionId> lifted, const DeedGround& ground) {
  try {
    DeedResult result{ResultWord::already_done, "", {}};
    for (const ActionId& action : lifted) {
      const auto* hold = ground.ledger.holdings().find(action);
      if (hold == nullptr || hold->effect.made_by != order::Verb::suspend_process) continue;
      result = end_suspension(*ground.ledger.find(action), lifted, ground, {});
    }
    return bounded(std::move(result));
  } catch (const std::exception& error) {
    return bounded(failed(error));
  }
}

Result<int> mend_filters(const DeedGround&) { return 0; }

}  // namespace riposte::agent
