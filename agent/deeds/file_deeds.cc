#include "agent/deeds/file_deeds.h"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "agent/deeds/file_facts.h"
#include "agent/files/mounts.h"
#include "agent/files/protected_places.h"
#include "agent/files/put_back.h"
#include "agent/files/refusal.h"
#include "agent/files/take_in.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

files::ProtectedPlaces places_of(const DeedGround& ground) {
  files::ProtectedPlaces places;
  places.directories.push_back(files::directory_of(ground.vault_directory));
  const auto& more = ground.policy.protected_paths;
  places.directories.insert(places.directories.end(), more.begin(), more.end());
  return places;
}

/// A protected path may be that of one file, and the file may have another name, too.
Result<void> refuse_protected_file(const files::FileId* id, const std::string& path,
                                   const DeedGround& ground) {
  for (const std::string& guarded : ground.policy.protected_paths) {
    bool same = files::lies_in(path, guarded);
    const Descriptor there(::open(guarded.c_str(), O_PATH | O_CLOEXEC));
    if (id != nullptr && there.valid()) same = same || TRY(files::facts_of(there)).id == *id;
    if (same) return fail(Errc::denied, files::shown(path) + " is protected by protected_paths: " + guarded);
  }
  return {};
}

DeedResult taken_result(const files::Taken& taken) {
  const files::Sidecar& sidecar = taken.sidecar;
  DeedResult result{taken.already ? ResultWord::already_done : ResultWord::ok,
                    files::shown(sidecar.path) + " is in the vault", file_facts(sidecar.facts, sidecar.path)};
  result.evidence["vault_id"] = sidecar.action;
  result.evidence["sha256"] = sidecar.content.sha256;
  if (sidecar.facts.links > 1)
    result.detail += fmt::format("; {} other names of it are left", sidecar.facts.links - 1);
  const auto users = other_users_of(sidecar.facts.id, sidecar.facts.links == 1);
  if (users && !users->found.empty()) {
    result.evidence["users"] = users_text(*users);
    result.detail += fmt::format("; {} processes still use it", users->found.size());
  }
  return result;
}

class QuarantineDeed final : public Deed {
 public:
  QuarantineDeed(const order::Order& order, const DeedGround& ground)
      : action_(order.action.value()),
        command_(std::get<order::QuarantineFile>(order.command)),
        ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    auto found = find();
    if (!found) return std::unexpected(not_there(found.error()));
    found_.emplace(*std::move(found));
    Facts plan = file_facts(found_->facts, command_.path);
    if (const auto users = other_users_of(found_->facts.id, false)) plan["users"] = users_text(*users);
    return encode_plan(std::move(plan));
  }

  DeedResult act(const std::stop_token&) override {
    if (!found_) return {ResultWord::error, "nothing was looked at", {}};
    const auto taken = take();
    return taken ? taken_result(*taken) : file_result(taken.error());
  }

 private:
  Result<files::Found> find() const {
    files::Found found = TRY(files::resolve(command_.path, TRY(files::open_root())));
    TRY(files::refuse_irregular(found));
    TRY(files::refuse_protected(found, places_of(ground_)));
    TRY(refuse_protected_file(&found.facts.id, command_.path, ground_));
    return found;
  }
  DeedResult not_there(const Error& error) const {
    if (error.code == Errc::not_found && files::names_nothing(command_.path))
      return {ResultWord::unsupported,
              files::shown(command_.path) + " is a program without a file; end its processes instead",
              {}};
    return file_result(error);
  }
  Result<files::Taken> take() {
    const files::Vault vault = TRY(files::Vault::open(ground_.vault_directory));
    if (auto finished = TRY(files::finish_taking(action_, vault, TRY(files::open_root()))))
      return *std::move(finished);
    return files::take_in(*found_, action_, {command_.sha256, command_.inode, command_.size}, vault);
  }

  const std::string action_;
  const order::QuarantineFile command_;
  const DeedGround& ground_;
  std::optional<files::Found> found_;
};

/// What the vault has of an action, and the directory that it came from.
struct Kept {
  files::Vault vault;
  files::Sidecar sidecar;
  files::Place place;
};

Result<Kept> find_kept(const std::string& vault_id, const DeedGround& ground) {
  files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  files::Sidecar sidecar = TRY(sidecar_of(vault_id, vault));
  files::Place place =
      TRY(files::resolve_directory(files::directory_of(sidecar.path), TRY(files::open_root())));
  TRY(files::refuse_protected(place, places_of(ground)));
  TRY(refuse_protected_file(nullptr, sidecar.path, ground));
  return Kept{std::move(vault), std::move(sidecar), std::move(place)};
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
    if (!kept) return std::unexpected(file_result(kept.error()));
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
    return std::make_unique<QuarantineDeed>(order, ground);
  return std::make_unique<RestoreDeed>(order, ground);
}

DeedResult end_quarantine(const Ledger::Known& quarantine, const DeedGround& ground) {
  const std::string& vault_id = quarantine.started.order.action.value();
  const auto kept = find_kept(vault_id, ground);
  return kept ? put_back(vault_id, *kept) : file_result(kept.error());
}

}  // namespace riposte::agent
