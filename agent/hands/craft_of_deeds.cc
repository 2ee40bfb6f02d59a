#include "agent/hands/craft_of_deeds.h"

#include <memory>

#include "agent/deeds/deed.h"
#include "agent/files/vault.h"

namespace riposte::agent {
namespace {

/// What a deed refers to as long as it lives.
struct Held {
  DeedGround ground;
  std::unique_ptr<Deed> deed;
};

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
  craft.sweep = [vault_directory]() -> Result<std::size_t> {
    const files::Vault vault = TRY(files::Vault::open(vault_directory));
    return vault.sweep();
  };
  return craft;
}

}  // namespace riposte::agent
