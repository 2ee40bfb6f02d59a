#include "agent/deeds/file_deeds.h"

#include <utility>

#include "agent/deeds/file_facts.h"
#include "agent/deeds/file_guards.h"
#include "agent/deeds/quarantine_deed.h"
#include "agent/files/put_back.h"
#include "agent/files/refusal.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

/// What the vault has of an action, and the directory that it came from.
struct Kept {
  files::Vault vault;
  files::Sidecar sidecar;
  files::Place place;
};

Result<files::Place> place_of(const files::Sidecar& sidecar, const DeedGround& ground) {
  files::Place place =
      TRY(files::resolve_directory(files::directory_of(sidecar.path), TRY(files::open_root())));
  TRY(files::refuse_protected(place, places_of(ground)));
  TRY(refuse_protected_file(nullptr, sidecar.path, ground));
  return place;
}

/// As well as can be known: the journal may have forgotten, and the vault tells what it has alone.
DeedResult not_kept(const std::string& vault_id, const DeedGround& ground) {
  const Ledger::Known* known = ground.ledger.find(ActionId(vault_id));
  const bool took = known != nullptr && known->done && may_have_had_effect(known->done->result.word) &&
                    std::holds_alternative<order::QuarantineFile>(known->started.order.command);
  const std::string what =
      took ? "what the action " + vault_id + " took in is no longer in the vault: it was "
           : "the vault has nothing that the action " + vault_id + " took in; entries are ";
  return {ResultWord::not_found,
          what + "discarded by hand, or after the time of vault.keep in the host's policy",
          {}};
}

/// Unsupported: it had no name, and there is no place for it.
std::expected<Kept, DeedResult> find_kept(const std::string& vault_id, const DeedGround& ground) {
  auto vault = files::Vault::open(ground.vault_directory);
  if (!vault) return std::unexpected(file_result(vault.error()));
  auto sidecar = sidecar_of(vault_id, *vault);
  if (!sidecar && sidecar.error().code == Errc::not_found) return std::unexpected(not_kept(vault_id, ground));
  if (!sidecar) return std::unexpected(file_result(sidecar.error()));
  if (sidecar->nameless)
    return std::unexpected(DeedResult{
        ResultWord::unsupported,
        files::shown(sidecar->path) +
            " was a program without a file: there is no name to put it back under; it stays in the "
            "vault",
        {}});
  auto place = place_of(*sidecar, ground);
  if (!place) return std::unexpected(file_result(place.error()));
  return Kept{*std::move(vault), *std::move(sidecar), *std::move(place)};
}

DeedResult put_back(const std::string& vault_id, const Kept& kept) {
  const auto back = files::put_back(vault_id, kept.vault, kept.place);
  if (!back) return file_result(back.error());
  Facts evidence = file_facts(kept.sidecar.facts, kept.sidecar.path);
  evidence["vault_id"] = vault_id;
  evidence["sha256"] = kept.sidecar.content.sha256;
  return {back->already ? ResultWord::already_done : ResultWord::ok,
          files::shown(kept.sidecar.path) + (back->already ? " is there already" : " is back"),
          std::move(evidence)};
}

class RestoreDeed final : public Deed {
 public:
  RestoreDeed(const order::Order& order, const DeedGround& ground)
      : vault_id_(std::get<order::RestoreFile>(order.command).vault_id), ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    auto kept = find_kept(vault_id_, ground_);
    if (!kept) return std::unexpected(kept.error());
    kept_.emplace(*std::move(kept));
    return encode_plan(file_facts(kept_->sidecar.facts, kept_->sidecar.path));
  }
  DeedResult act(const std::stop_token&) override {
    if (!kept_) return {ResultWord::error, "nothing was looked at", {}};
    return put_back(vault_id_, *kept_);
  }

 private:
  const std::string vault_id_;
  const DeedGround& ground_;
  std::optional<Kept> kept_;
};

}  // namespace

std::unique_ptr<Deed> make_file_deed(const order::Order& order, const DeedGround& ground) {
  if (std::holds_alternative<order::QuarantineFile>(order.command))
    return make_quarantine_deed(order, ground);
  return std::make_unique<RestoreDeed>(order, ground);
}

DeedResult end_quarantine(const Ledger::Known& quarantine, const DeedGround& ground) {
  const std::string& vault_id = quarantine.started.order.action.value();
  const auto kept = find_kept(vault_id, ground);
  if (kept) return put_back(vault_id, *kept);
  DeedResult ended = kept.error();
  if (ended.word == ResultWord::unsupported) ended.word = ResultWord::already_done;  // nothing was taken away
  return ended;
}

}  // namespace riposte::agent
