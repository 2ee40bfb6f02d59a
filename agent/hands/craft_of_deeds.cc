#include "agent/hands/craft_of_deeds.h"

#include <memory>

#include "agent/deeds/deed.h"
#include "agent/files/discarding.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

/// What a deed refers to as long as it lives.
struct Held {
  DeedGround ground;
  std::unique_ptr<Deed> deed;
};

/// By the host's own clock: that of the engines would let a stolen one empty the vault.
files::Retention retention_of(const Scene& scene, Duration keep) {
  const auto is_needed = [&scene](const std::string& action) {
    const Holdings::Hold* hold = scene.ledger.holdings().find(ActionId(action));
    return hold != nullptr && hold->until.has_value();  // it is to be put back at the end of its time
  };
  const auto goes = [](const files::Sidecar& sidecar) {
    log::info("an entry of the vault goes: it was kept for as long as the policy says",
              {{"action", sidecar.action},
               {"path", sidecar.path},
               {"sha256", sidecar.content.sha256},
               {"taken_at", iso8601(*sidecar.taken_at)}});
  };
  return {scene.now.wall - keep, is_needed, goes};
}

Result<Swept> sweep(const std::string& vault_directory, const Scene& scene) {
  const files::Vault vault = TRY(files::Vault::open(vault_directory));
  Swept swept{TRY(vault.sweep()), false};
  if (!scene.policy.vault_keep) return swept;
  const auto old = TRY(files::discard_old(vault, retention_of(scene, *scene.policy.vault_keep)));
  return Swept{swept.count + old.count, old.more};
}

}  // namespace

Craft craft_of_deeds(std::string vault_directory) {
  const auto ground = [vault_directory](const Scene& scene) {
    return DeedGround{scene.policy, scene.ledger, scene.own, vault_directory, scene.now};
  };
  Craft craft;
  craft.make = [ground](const order::Order& order, const Scene& scene) {
    const auto held = std::make_shared<Held>(Held{ground(scene), nullptr});
    held->deed = make_deed(order, held->ground);
    return Piece{[held] { return held->deed->look(); }, [held] { return held->deed->act({}); }};
  };
  craft.probe = [ground](const Started& started, const Scene& scene) {
    return agent::probe(started, ground(scene));
  };
  craft.verify = [ground](const order::Order& order, const Ledger::Known* known, const Scene& scene) {
    Verified verified = agent::verify(order, known, ground(scene));
    return Ending{std::move(verified.result), verified.finding};
  };
  craft.take_back = [ground](std::span<const ActionId> lifted, const Scene& scene) {
    return agent::take_back(lifted, ground(scene));
  };
  craft.mend_filters = [ground](const Scene& scene) -> Result<std::size_t> {
    return static_cast<std::size_t>(TRY(agent::mend_filters(ground(scene))));
  };
  craft.sweep = [vault_directory](const Scene& scene) { return sweep(vault_directory, scene); };
  return craft;
}

}  // namespace riposte::agent
